/**
 * The portal's session: one login for all parallel calls, renewed by age and when the portal seems not to take it.
 * What an expired session looks like is not known (contract §1.3), so an unexplained refusal is tried once more with
 * a new session before it is believed.
 */
import { HttpFailure } from '../../src/adapter-kit/http.js'
import { SESSION_CODE } from './answer.js'
import { LOGIN_NOT_TO_REPEAT, loginFailure, type Login } from './answer/login.js'
import { UNEXPLAINED } from './answer/refusals.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'

export interface SessionOptions {
  /** Throws only `HttpFailure`, and bounds its own time. */
  login: () => Promise<Login>
  maxAgeMs: number
  now: () => number
}

export interface Session {
  token: string
  issuedAt: number
}

/** `fresh`: issued while its taker waited, so it cannot have expired. */
export type SessionResult = { session: Session, fresh: boolean } | { outcome: Outcome }

export interface SessionKeeper {
  /** The session in use, or a new one; never `stale`. */
  acquire: (signal: AbortSignal, stale?: Session) => Promise<SessionResult>
  /** A new login whatever is held. */
  renew: (signal: AbortSignal) => Promise<SessionResult>
}

/** Accounts are locked after wrong passwords; how soon the portal does it is not known, so this is inferred. */
const PAUSE_AFTER_REFUSAL_MS = 30_000

export function createSessionKeeper ({ login, maxAgeMs, now }: SessionOptions): SessionKeeper {
  let held: Session | undefined
  let flight: Promise<SessionResult> | undefined
  let refusal: { outcome: Outcome, at: number } | undefined

  async function logIn (): Promise<SessionResult> {
    // Before the call: the portal counts from some moment in between.
    const issuedAt = now()
    const result = await attemptLogin(login)
    if ('token' in result) {
      held = { token: result.token, issuedAt }
      refusal = undefined
      return { session: held, fresh: true }
    }
    refusal = LOGIN_NOT_TO_REPEAT.includes(result.outcome.code) ? { outcome: result.outcome, at: now() } : undefined
    return result
  }

  async function renew (signal: AbortSignal): Promise<SessionResult> {
    if (refusal !== undefined && now() - refusal.at < PAUSE_AFTER_REFUSAL_MS) return { outcome: refusal.outcome }
    flight ??= logIn().finally(() => { flight = undefined })
    return await untilAborted(flight, signal)
  }

  return {
    renew,
    acquire: async (signal, stale) => {
      // Forgotten at once, so that calls which start now wait for the new one; another call may have renewed it already.
      if (held === stale) held = undefined
      if (held !== undefined && now() - held.issuedAt < maxAgeMs) return { session: held, fresh: false }
      return await renew(signal)
    }
  }
}

/** One call with a session, and once more with a new one where the first may have failed for the session alone. */
export async function withSession (
  keeper: SessionKeeper,
  signal: AbortSignal,
  attempt: (token: string) => Promise<Outcome>
): Promise<Outcome> {
  const taken = await keeper.acquire(signal)
  if ('outcome' in taken) return taken.outcome
  const first = await attempt(taken.session.token)
  if (!isDoubtful(first, taken.fresh)) return first
  const renewed = await keeper.acquire(signal, taken.session)
  return 'outcome' in renewed ? renewed.outcome : await attempt(renewed.session.token)
}

/** A refusal that names its reason is believed: logging in for each of a thousand bad dossiers would hurt all others. */
function isDoubtful ({ verdict, code }: Outcome, fresh: boolean): boolean {
  if (code === SESSION_CODE) return true
  return !fresh && verdict === 'refused' && (code === UNEXPLAINED.code || code === 'http-403')
}

async function attemptLogin (login: () => Promise<Login>): Promise<Login> {
  try {
    return await login()
  } catch (error) {
    if (error instanceof HttpFailure) return loginFailure(error)
    throw error
  }
}

/** The login is shared: a caller that gives up leaves it to the others. */
async function untilAborted (flight: Promise<SessionResult>, signal: AbortSignal): Promise<SessionResult> {
  let giveUp = (): void => {}
  const aborted = new Promise<SessionResult>(resolve => {
    giveUp = () => { resolve(loginFailure(new HttpFailure(abortCode(signal), { sent: false }))) }
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
  })
  try {
    return await Promise.race([flight, aborted])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

function abortCode ({ reason }: AbortSignal): string {
  return reason instanceof DOMException && reason.name === 'TimeoutError' ? 'TIMEOUT' : 'ABORTED'
}
