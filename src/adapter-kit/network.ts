/** The way to a partner: whom to trust, who we are, through which proxy, from which address. One per adapter. */
import { Agent, Pool, ProxyAgent, type Dispatcher } from 'undici'
import { guardedConnector, type Guard } from './guard.js'
import type { ManifestLimits } from './manifest.js'

/** What an operator set for one adapter's connections; texts in PEM. All may be absent. */
export interface Network {
  /** The only authorities trusted for this adapter; absent: the machine's own. */
  ca?: string
  clientCert?: string
  clientKey?: string
  clientKeyPassphrase?: string
  /** `http://`, `https://` or `socks5://`, with a user and password where the proxy wants them. */
  proxyUrl?: string
  /** Local address to call from, for partners that know us by it. */
  sourceAddress?: string
  /** Absent: a redirect is an answer that is not followed. */
  followRedirects?: 'same-origin'
}

/**
 * A keep-alive socket may be closed by the partner at the moment we write to it, and the loss cannot be told from
 * an unanswered call. So no socket is used again after one idle second (design §2.7).
 */
const IDLE_SOCKET_MS = 1000

export function openDispatcher (limits: ManifestLimits, network: Network, guard?: Guard): Dispatcher {
  const idleMs = Math.min(limits.idleTimeoutMs ?? limits.callTimeoutMs, limits.callTimeoutMs)
  const pool: Pool.Options = {
    connections: limits.connections,
    pipelining: 1,
    keepAliveTimeout: IDLE_SOCKET_MS,
    keepAliveMaxTimeout: IDLE_SOCKET_MS,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    maxResponseSize: limits.maxResponseBytes
  }
  const { proxyUrl } = network
  const address = given({ localAddress: network.sourceAddress })
  const tls = { timeout: limits.connectTimeoutMs, ...tlsOptions(network) }
  // Whom a proxy connects to cannot be seen from here: an adapter with a guard is refused a proxy before it is opened.
  if (guard !== undefined) return new Agent({ ...pool, ...address, connect: guardedConnector(tls, guard) })
  if (proxyUrl === undefined) return new Agent({ ...pool, ...address, connect: tls })
  return new ProxyAgent({
    ...pool,
    uri: proxyUrl,
    // Always a tunnel: an error page of a proxy that forwards could not be told from the partner's answer.
    proxyTunnel: true,
    proxyTls: { timeout: limits.connectTimeoutMs },
    requestTls: tls,
    // Not through `proxyTls`: undici puts the pool's own address, or none, over the one that stands there.
    clientFactory: (origin, options) => new Pool(origin, { ...options, ...address })
  })
}

function tlsOptions ({ ca, clientCert: cert, clientKey: key, clientKeyPassphrase: passphrase }: Network): Record<string, string> {
  return given({ ca, cert, key, passphrase })
}

function given (options: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** A proxy that does not open the tunnel: nothing of the request has left for the partner. */
export function isTunnelRefusal (error: unknown): boolean {
  return /^Proxy response \(\d+\)/.test(String((error as { message?: unknown } | null)?.message))
}
