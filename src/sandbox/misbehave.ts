/** Carries out a fault on the wire. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import { CODE, SESSION_EXPIRED, alreadyThere, answerTo, callRefused, writeRefused } from './answers.js'
import type { SandboxOutcome, SandboxAnswer } from './answers.js'
import { said, work } from './state.js'
import type { SandboxState } from './state.js'
import { doesWorkFirst } from './fault-rules.js'
import type { FaultKind, FaultRule } from './fault-rules.js'
import type { LogEntry } from './request-log.js'

export interface Scene {
  state: SandboxState
  entry: LogEntry
  rule: FaultRule
  reply: FastifyReply
  /** Aborted when the sandbox closes. */
  closing: AbortSignal
}

interface Act extends Scene {
  /** What the portal would have answered: the true answer when the work was done, else one that looks like success. */
  answer: SandboxAnswer
}

const HTML = 'text/html; charset=utf-8'

const ACTS: Readonly<Record<FaultKind, (act: Act) => void | Promise<void>>> = {
  'session-expired': act => {
    // Without this a client that ignores the answer would get through with the same session.
    act.state.sessions.revoke(act.entry.call.session ?? '')
    decide(act, callRefused(SESSION_EXPIRED))
  },
  refuse: act => {
    const { code = CODE.notAccepted, message = 'Hồ sơ bị từ chối' } = act.rule
    decide(act, { ...writeRefused(CODE.notAccepted, message), code })
  },
  duplicate: act => decide(act, alreadyThere(act.entry.call.codes)),
  status: act => page(act, act.rule.status ?? 500),
  throttle: act => page(act, 429, { 'retry-after': retryAfter(act) }),
  hang: act => { act.reply.hijack() },
  slow,
  cut,
  reset: ({ reply }) => { reply.hijack().raw.socket?.resetAndDestroy() },
  'wrong-type': act => send(act, { ...act.answer, type: HTML }),
  empty: act => send(act, { status: 200, type: act.answer.type, body: '' }),
  text: act => plain(act, act.rule.text ?? 'Hệ thống đang bận, vui lòng thử lại sau'),
  'lost-answer': ({ reply }) => { reply.hijack().raw.socket?.destroy() },
  huge
}

export async function misbehave (scene: Scene): Promise<void> {
  const { state, entry, rule } = scene
  const answer = doesWorkFirst(rule)
    ? work(state, entry)
    : answerTo(entry.call, { code: CODE.done, codeAs: 'text', message: state.settings.current().successMessage }, state.settings.current())
  await ACTS[rule.kind]({ ...scene, answer })
}

/** Sends an answer whole. The only place, besides `huge`, that notes one as given. */
export function send ({ entry, reply }: Pick<Scene, 'entry' | 'reply'>, answer: SandboxAnswer): void {
  // After a slow fault the client may have left: then nothing was given.
  if (!reply.request.raw.socket.destroyed) entry.answered = said(answer)
  reply.code(answer.status).headers({ ...answer.headers, 'content-type': answer.type }).send(answer.body)
}

function decide (act: Act, outcome: SandboxOutcome): void {
  send(act, answerTo(act.entry.call, outcome, act.state.settings.current()))
}

function page (act: Act, status: number, headers: Record<string, string> = {}): void {
  const body = `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center><hr>sandbox</body></html>`
  send(act, { status, headers, type: HTML, body })
}

function plain (act: Act, text: string): void {
  send(act, { status: 200, type: 'text/plain; charset=utf-8', body: text, message: text })
}

function retryAfter ({ rule, state }: Act): string {
  const seconds = rule.retryAfter ?? 1
  return rule.asDate === true ? new Date(state.now() + seconds * 1000).toUTCString() : String(seconds)
}

/** A portal works on although the client hung up, so the work is done after the wait in any case. */
async function slow (act: Act): Promise<void> {
  const { state, entry, rule, reply, closing } = act
  try {
    await delay(rule.delayMs ?? 1000, undefined, { signal: closing })
  } catch {
    reply.hijack()
    return
  }
  send(act, doesWorkFirst(rule) ? act.answer : work(state, entry))
}

/** Declares the whole length, sends half of it, and hangs up once those bytes have left. */
function cut ({ reply, answer }: Act): void {
  const { raw } = reply.hijack()
  const body = Buffer.from(answer.body)
  raw.writeHead(answer.status, { 'content-type': answer.type, 'content-length': body.length })
  raw.write(body.subarray(0, Math.floor(body.length / 2)), () => raw.socket?.destroy())
}

/** The answer with blanks before its last character: still JSON where it was, still true, only larger than anyone should read. */
async function huge ({ entry, rule, reply, answer }: Act): Promise<void> {
  const { raw } = reply.hijack()
  raw.writeHead(answer.status, { 'content-type': answer.type })
  try {
    await pipeline(Readable.from(padded(answer.body, rule.bytes ?? 8_388_608)), raw)
    entry.answered = said(answer)
  } catch {
    // The client stopped reading, which is what a careful one does.
  }
}

function * padded (body: string, bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(65_536, ' ')
  yield Buffer.from(body.slice(0, -1))
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length))
  yield Buffer.from(body.slice(-1))
}
