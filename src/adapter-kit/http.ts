/**
 * Calls to partners. One client per adapter; built on undici, which pools and limits connections.
 * A failure says whether the request may have reached the partner: all of exactly-once handling rests on that.
 */
import { setMaxListeners } from 'node:events'
import type { Dispatcher } from 'undici'
import { present } from '../model/present.js'
import { isTunnelRefusal, openDispatcher } from './network.js'
import { MOST_HOPS, redirectWithin } from './redirect.js'
import { createSlots } from './slots.js'
import type { HttpOptions } from './contract/open.js'

export interface HttpRequest {
  method: 'GET' | 'POST'
  url: URL
  headers: Readonly<Record<string, string>>
  body?: string
  /** Absent: nobody else gives the call up; its time-out alone cuts it. */
  signal?: AbortSignal
  /** Awaited right before the bytes leave, once the call has its connection and its turn; its error ends the call. */
  sending?: () => Promise<void>
}

export interface HttpAnswer {
  status: number
  /** Names in lower case; a repeated header keeps its last value. */
  headers: Readonly<Record<string, string>>
  /** UTF-8 without byte order mark; bytes that are no UTF-8 become U+FFFD. */
  text: string
}

export interface HttpClient {
  request: (request: HttpRequest) => Promise<HttpAnswer>
  close: () => Promise<void>
}

/** No usable answer came. `sent` is false only where the request certainly did not reach the partner. */
export class HttpFailure extends Error {
  readonly sent: boolean
  readonly code: string

  constructor (code: string, options: { sent: boolean, cause?: unknown }) {
    super(`${code} (${options.sent ? 'the request may have been received' : 'the request did not leave'})`, { cause: options.cause })
    this.name = 'HttpFailure'
    this.code = code
    this.sent = options.sent
  }
}

export function createHttpClient ({ limits, network = {}, guard, pace }: HttpOptions): HttpClient {
  const dispatcher = openDispatcher(limits, network, guard)
  const closing = new AbortController()
  // Every waiting call without a signal of its own listens to it: many are no leak.
  setMaxListeners(0, closing.signal)
  // Waiting here and not inside undici: the call's time starts with its connection, and who gives up has sent nothing.
  const slots = createSlots(limits.connections, ({ reason }) => gaveUp(reason))

  async function call (request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    // After the connection and before `sending`: a turn is used when it comes, and who waits for one is not yet under way.
    await pace?.(signal).catch(() => { throw gaveUp(signal.reason) })
    if (signal.aborted || closing.signal.aborted) throw gaveUp(signal.reason)
    await request.sending?.()
    return await perform(dispatcher, request, bounded(signal, limits.callTimeoutMs))
  }

  async function follow (request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    let [answer, url] = [await call(request, signal), request.url]
    for (let hop = 0; hop < MOST_HOPS; hop++) {
      const next = redirectWithin(url, answer)
      if (network.followRedirects === undefined || next === undefined) break
      url = next
      answer = await call({ ...request, url }, signal)
    }
    return answer
  }

  return {
    request: async request => {
      // Not both in one: what is derived from a signal as old as the process is kept as long by Node 20.
      const signal = request.signal ?? closing.signal
      return await slots.run(signal, async () => await follow(request, signal))
    },
    close: async () => {
      closing.abort(new Error('the client was closed'))
      // `destroy` and not `close`: at the end of a stop's grace time nothing may hold the process.
      await dispatcher.destroy()
    }
  }
}

function gaveUp (reason: unknown): HttpFailure {
  return new HttpFailure(abortCode(reason), { sent: false })
}

/** undici's own time-outs start anew with every byte received; a trickling partner is cut by this one. */
function bounded (signal: AbortSignal, timeoutMs: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
}

async function perform (dispatcher: Dispatcher, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  try {
    const response = await dispatcher.request({
      origin: request.url.origin,
      path: request.url.pathname + request.url.search,
      method: request.method,
      headers: request.headers,
      signal,
      ...present({ body: request.body })
    })
    const bytes = await response.body.arrayBuffer()
    return { status: response.statusCode, headers: lastValues(response.headers), text: new TextDecoder().decode(bytes) }
  } catch (error) {
    throw asFailure(error, signal)
  }
}

function lastValues (headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => {
    const last = Array.isArray(value) ? value.at(-1) : value
    return last === undefined ? [] : [[name.toLowerCase(), last]]
  }))
}

/** Codes of Node and undici for failures before the first byte of the request was written. */
const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_[A-Z]+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ADDRESS_REFUSED|UND_ERR_INVALID_ARG|PROXY_REFUSED|UND_ERR_PRX_TLS|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|EPROTO)$/

function asFailure (error: unknown, signal: AbortSignal): HttpFailure {
  const code = failureCode(error, signal)
  return new HttpFailure(code, { sent: !NEVER_SENT.test(code), cause: error })
}

function failureCode (error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return abortCode(signal.reason)
  if (isTunnelRefusal(error)) return 'PROXY_REFUSED'
  // A name that resolves to several addresses fails with an AggregateError; its code is that of the first.
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && code !== '' ? code : 'UNKNOWN'
}

function abortCode (reason: unknown): string {
  return (reason as { name?: unknown } | undefined)?.name === 'TimeoutError' ? 'TIMEOUT' : 'ABORTED'
}
