/**
 * The address of Redis: one server, Sentinels that know the master, or the nodes of a Cluster. Pure. A problem never
 * quotes the address, which may hold a password.
 */
export interface RedisNode {
  host: string
  port: number
}

export interface RedisLogin {
  username?: string
  password?: string
}

interface Shared extends RedisLogin {
  nodes: RedisNode[]
  tls: boolean
}

export type RedisAddress =
  | { kind: 'single', url: string }
  | Shared & { kind: 'sentinel', name: string, db: number, sentinel: RedisLogin }
  | Shared & { kind: 'cluster' }

export type ReadAddress = { address: RedisAddress } | { problem: string }

const FORM = /^(redis|rediss)(?:\+(sentinel|cluster))?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/
const EXPECTED = 'must be redis://…, rediss://… (TLS), redis+sentinel://host:port,host:port/master-name or redis+cluster://host:port,host:port; ' +
  'percent-encode special letters of a password'
const DEFAULT_PORT = { sentinel: 26_379, cluster: 6379 } as const

export function readRedisAddress (text: string): ReadAddress {
  const match = FORM.exec(text)
  if (match === null) return { problem: EXPECTED }
  const [, scheme, mode, login = '', hosts = '', path = '', query = ''] = match
  if (mode === undefined) return URL.canParse(text) && hosts !== '' ? { address: { kind: 'single', url: text } } : { problem: EXPECTED }
  const kind = mode as 'sentinel' | 'cluster'
  const nodes = readNodes(hosts, DEFAULT_PORT[kind])
  const credentials = readLogin(login)
  if (nodes === undefined) return { problem: 'must be a list host:port,host:port after the //; an IPv6 address stands in [brackets]' }
  if (credentials === undefined) return { problem: EXPECTED }
  const shared = { nodes, tls: scheme === 'rediss', ...credentials }
  return kind === 'sentinel' ? readSentinel(shared, path, query) : readCluster(shared, path, query)
}

function readSentinel (shared: Shared, path: string, query: string): ReadAddress {
  const match = /^([\w.-]+)(?:\/(\d{1,4}))?$/.exec(path)
  const sentinel = readSentinelLogin(query)
  if (match === null) return { problem: 'must be …/mymaster or …/mymaster/0: the Sentinels, then the master\'s name, then a database number if any' }
  if (sentinel === undefined) return { problem: 'must be without options but sentinel-user and sentinel-password' }
  const [, name = '', db = '0'] = match
  return { address: { kind: 'sentinel', ...shared, name, db: Number(db), sentinel } }
}

function readCluster (shared: Shared, path: string, query: string): ReadAddress {
  if (!['', '0'].includes(path) || query !== '') return { problem: 'must be without path and options: a Redis Cluster has one database' }
  return { address: { kind: 'cluster', ...shared } }
}

function readNodes (hosts: string, defaultPort: number): RedisNode[] | undefined {
  const nodes = hosts.split(',').map(host => readNode(host, defaultPort))
  return nodes.every(node => node !== undefined) ? nodes : undefined
}

function readNode (text: string, defaultPort: number): RedisNode | undefined {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

function readLogin (text: string): RedisLogin | undefined {
  const colon = text.indexOf(':')
  const [username, password] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
  try {
    return loginOf(decodeURIComponent(username), decodeURIComponent(password))
  } catch {
    return undefined
  }
}

/** Sentinels are other servers with an account of their own, or none. */
function readSentinelLogin (query: string): RedisLogin | undefined {
  const given = new URLSearchParams(query)
  if ([...given.keys()].some(key => key !== 'sentinel-user' && key !== 'sentinel-password')) return undefined
  return loginOf(given.get('sentinel-user') ?? '', given.get('sentinel-password') ?? '')
}

function loginOf (username: string, password: string): RedisLogin {
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) }
}
