/** Lists of networks (`10.1.0.0/16`, `2001:db8::/32`, single addresses), and whether an address is inside. */
import { BlockList, isIP } from 'node:net'

export type Networks = Pick<BlockList, 'check'>

interface Network {
  address: string
  family: 'ipv4' | 'ipv6'
  prefix: number
}

/** Undefined where one of them is no network. */
export function parseNetworks (texts: readonly string[]): Networks | undefined {
  const list = new BlockList()
  for (const text of texts) {
    const network = parseNetwork(text)
    if (network === undefined) return undefined
    list.addSubnet(network.address, network.prefix, network.family)
  }
  return list
}

/** A server that listens on both families sees `::ffff:10.0.0.1` where 10.0.0.1 calls. */
export function isInside (networks: Networks, address: string): boolean {
  const plain = unmapped(address)
  const version = isIP(plain)
  return version !== 0 && networks.check(plain, version === 4 ? 'ipv4' : 'ipv6')
}

function parseNetwork (text: string): Network | undefined {
  const [, address = '', bits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  if (version === 0) return undefined
  const widest = version === 4 ? 32 : 128
  const prefix = bits === undefined ? widest : Number(bits)
  return prefix > widest ? undefined : { address, family: version === 4 ? 'ipv4' : 'ipv6', prefix }
}

function unmapped (address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}
