/** The bearer token: one login for all parallel calls, renewed before it ends and once where a call is answered 401. */
import { outcomeOfFailure, outcomeOfStatus } from '../../src/adapter-kit/failure.js'
import { HttpFailure, type HttpAnswer, type HttpClient } from '../../src/adapter-kit/http.js'
import { isRecord, parseJson } from '../../src/model/json.js'
import { address } from './address.js'
import type { Settings } from '../../src/adapter-kit/contract/open.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'

export interface Token {
  value: string
  /** Milliseconds since the epoch; after it the token is not used. */
  until: number
}

export type ConnectorLogin = Token | { outcome: Outcome }

export interface ConnectorSessions {
  /** One call with a token; once more with a new one where the first was not taken. */
  withToken: (call: (token: string) => Promise<HttpAnswer>) => Promise<HttpAnswer | { outcome: Outcome }>
  /** A new login. */
  renew: () => Promise<ConnectorLogin>
}

export interface ConnectorSessionOptions {
  http: HttpClient
  settings: Settings
  now: () => number
}

export function createSessions ({ http, settings, now }: ConnectorSessionOptions): ConnectorSessions {
  let held: Token | undefined
  let flight: Promise<ConnectorLogin> | undefined

  async function login (): Promise<ConnectorLogin> {
    const answer = await http.request(loginRequest(settings)).catch((error: unknown) => notAnswered(error))
    const read = 'outcome' in answer ? answer : readLogin(answer, { now: now(), marginMs: Number(settings['TOKEN_MARGIN_SECONDS']) * 1000 })
    held = 'value' in read ? read : undefined
    return read
  }

  async function renew (): Promise<ConnectorLogin> {
    flight ??= login().finally(() => { flight = undefined })
    return await flight
  }

  async function logIn (): Promise<ConnectorLogin> {
    return held !== undefined && now() < held.until ? held : await renew()
  }

  return {
    renew,
    async withToken (call) {
      const first = await logIn()
      if ('outcome' in first) return first
      const answer = await call(first.value)
      if (answer.status !== 401) return answer
      // Another call may have renewed it meanwhile.
      if (held === first) held = undefined
      const second = await logIn()
      return 'outcome' in second ? second : await call(second.value)
    }
  }
}

/** Whatever became of the login, nothing about a dossier has left: that is never uncertain. */
function notAnswered (error: unknown): { outcome: Outcome } {
  if (!(error instanceof HttpFailure)) throw error
  const { rule, code } = outcomeOfFailure(error)
  return { outcome: { verdict: 'transient', rule: `login.${rule}`, code, words: '' } }
}

function loginRequest (settings: Settings): Parameters<HttpClient['request']>[0] {
  return {
    method: 'POST',
    url: address(settings, 'login'),
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: JSON.stringify({ client_id: settings['CLIENT_ID'], client_secret: settings['CLIENT_SECRET'] })
  }
}

/** `{access_token, expires_in, …}`, sometimes wrapped as `{code, message, data}` (§1.8). Pure. */
export function readLogin (answer: HttpAnswer, { now, marginMs }: { now: number, marginMs: number }): ConnectorLogin {
  const failed = outcomeOfStatus(answer, now)
  // Never about a dossier: a wrong secret is mended by an operator, and everything waits for that.
  if (failed !== undefined) return { outcome: { ...failed, verdict: 'transient', code: answer.status === 401 || answer.status === 403 ? 'login-refused' : failed.code } }
  const parsed = parseJson(answer.text)
  const body = isRecord(parsed) && isRecord(parsed['data']) ? parsed['data'] : parsed
  if (!isRecord(body) || typeof body['access_token'] !== 'string' || body['access_token'] === '') {
    return { outcome: { verdict: 'transient', rule: 'connector.login-without-token', code: 'login-refused', words: '' } }
  }
  const seconds = Number(body['expires_in'])
  // Without a lifetime the token is used once: a 401 in the middle of the work costs more than a login.
  const lifeMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
  return { value: body['access_token'], until: now + Math.max(0, lifeMs - marginMs) }
}
