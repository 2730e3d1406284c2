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
  const plain = withoutMapping(address)
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

/** `::ffff:10.0.0.1` and `::ffff:a00:1` are 10.0.0.1, and are judged so. */
export function withoutMapping (address: string): string {
  if (isIP(address) !== 6) return address
  const last = /^::ffff:([0-9a-f:.]+)$/i.exec(new URL(`http://[${address.split('%')[0] ?? ''}]`).hostname.slice(1, -1))?.[1]
  const groups = last?.split(':').map(group => Number.parseInt(group, 16))
  if (groups?.length !== 2) return address
  return groups.flatMap(group => [group >> 8, group & 255]).join('.')
}
