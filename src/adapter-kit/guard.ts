/**
 * Which addresses may be connected to where somebody outside has said where: no private, local or special ones, except
 * networks that the operator allows. Asked at the connection itself, of the very address that is connected to: a name
 * that resolves differently a moment later changes nothing (server-side request forgery, DNS rebinding).
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { parseNetworks, withoutMapping, type Networks } from '../base/addresses.js'

export interface Guard {
  /** Networks that may be connected to all the same, and without TLS: `10.20.0.0/16`, `fd00:20::/48`. */
  allow: readonly string[]
  /** How names are asked for; absent: as the machine does. */
  lookup?: LookupFunction
}

/** Of an error and of the failure that is made from it. */
export const ADDRESS_REFUSED = 'ADDRESS_REFUSED'

/** IANA special-purpose registry: what is not globally reachable, and multicast. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24',
  '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'
]
/** Of IPv6 only this is global; within it, what carries an IPv4 address or is for documentation. */
const GLOBAL_IPV6 = ['2000::/3']
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

export type Permits = (address: string, protocol: string) => boolean

/** `protocol` as in a URL: without TLS only allowed networks are talked to. */
export function permitted ({ allow }: Pick<Guard, 'allow'>): Permits {
  const [allowed, special, global] = [listOf(allow), listOf([...SPECIAL_IPV4, ...SPECIAL_IPV6]), listOf(GLOBAL_IPV6)]
  return (given, protocol) => {
    const address = withoutMapping(given)
    const version = isIP(address)
    if (version === 0) return false
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (allowed.check(address, family)) return true
    return protocol === 'https:' && !special.check(address, family) && (version === 4 || global.check(address, family))
  }
}

/** Of a URL's host: an address is judged, a name is not, for what it resolves to is known at the connection alone. */
export function permitsHost (guard: Pick<Guard, 'allow'>, { hostname, protocol }: Pick<URL, 'hostname' | 'protocol'>): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 || permitted(guard)(host, protocol)
}

/** Settings are checked at the start, and ours are right. */
function listOf (texts: readonly string[]): Networks {
  const networks = parseNetworks(texts)
  if (networks === undefined) throw new RangeError('a list of networks has one that is none')
  return networks
}

/** Connects as undici does, to permitted addresses alone; others of the same name are passed over. */
export function guardedConnector (options: buildConnector.BuildOptions, guard: Guard): buildConnector.connector {
  const permits = permitted(guard)
  const connectors = new Map(['http:', 'https:'].map(protocol => [
    protocol, buildConnector({ ...options, lookup: permittedLookup(guard.lookup ?? systemLookup, address => permits(address, protocol)) })
  ]))
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '')
    const connect = connectors.get(target.protocol)
    // An address is not asked for: nobody else would look at it.
    if (connect === undefined || (isIP(host) !== 0 && !permits(host, target.protocol))) callback(refusal(host), null)
    else connect(target, callback)
  }
}

function permittedLookup (lookup: LookupFunction, permits: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '')
        return
      }
      const addresses = (found as LookupAddress[]).filter(({ address }) => permits(address))
      const [first] = addresses
      if (first === undefined) callback(refusal(hostname), '')
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function refusal (host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} is at no address that may be connected to`), { code: ADDRESS_REFUSED })
}
