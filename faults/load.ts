/**
 * A province's systems at work: an even pace of new dossiers, of later revisions and of steps for earlier ones, over both
 * APIs. A push whose answer was lost is sent again with the same Idempotency-Key, as a careful client does. What was
 * accepted is kept: it is what the gateway answers for.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { aDossier, aStep } from '../test/support/dossiers.js'

/** A dossier as it was accepted. */
export interface Accepted {
  code: string
  /** Of the newest receipt. */
  revision: number
  /** The number in the summary that was pushed last. */
  summary: number
  /** Contents of the steps, in order. */
  steps: string[]
}

export interface Batch {
  prefix: string
  accepted: Map<string, Accepted>
  /** Answers that no fault explains. */
  problems: string[]
  /** Stops pushing anything new; resolves when everything that was begun has its answer. */
  end: () => Promise<void>
}

export interface LoadOptions {
  apis: readonly string[]
  key: string
  perSecond: number
}

interface Chain {
  code: string
  pushes: number
  next: number
  known: Accepted | undefined
}

interface Receipt { revision: number }

/** Beyond so many pushes without an answer nothing new is begun: a load that is bounded. */
const MOST_IN_FLIGHT = 48
const ATTEMPT_TIMEOUT_MS = 5000
const GIVE_UP_MS = 90_000
const CONTENT_TYPE = { 'content-type': 'application/json' }

export function createLoad ({ apis, key, perSecond }: LoadOptions): { begin: (number: number) => Batch, close: () => Promise<void> } {
  const pools = apis.map(url => new Pool(url, { connections: 16, headersTimeout: ATTEMPT_TIMEOUT_MS, bodyTimeout: ATTEMPT_TIMEOUT_MS, connectTimeout: 2000 }))
  const post: Post = async (turn, { path, body, id }) => {
    const pool = pools[turn % pools.length] as Pool
    const answer = await pool.request({ method: 'POST', path, headers: { ...CONTENT_TYPE, authorization: `Bearer ${key}`, 'idempotency-key': id }, body: JSON.stringify(body) })
    return { status: answer.statusCode, text: await answer.body.text() }
  }
  return {
    begin: number => beginBatch({ post, prefix: `000.00.14.H15-261104-${String(number).padStart(4, '0')}`, everyMs: 1000 / perSecond }),
    close: async () => { await Promise.all(pools.map(pool => pool.destroy())) }
  }
}

type Post = (turn: number, push: Push) => Promise<{ status: number, text: string }>
interface Push { path: string, body: unknown, id: string }
interface BatchOptions { post: Post, prefix: string, everyMs: number }

function beginBatch ({ post, prefix, everyMs }: BatchOptions): Batch {
  const accepted = new Map<string, Accepted>()
  const problems: string[] = []
  const ready: Chain[] = []
  const inFlight = new Set<Promise<void>>()
  let begun = 0
  let ticks = 0

  const pushNext = async (chain: Chain): Promise<void> => {
    const receipt = await untilAnswered(post, pushOf(chain), begun + chain.next)
    if (typeof receipt === 'string') { problems.push(`${chain.code} push ${chain.next}: ${receipt}`); return }
    chain.known = after(chain, receipt.revision)
    accepted.set(chain.code, chain.known)
    if (++chain.next <= chain.pushes) ready.push(chain)
  }
  const tick = (): void => {
    if (inFlight.size >= MOST_IN_FLIGHT) return
    // Two of three are later pushes, so that dossiers get on while new ones come.
    const chain = (++ticks % 3 === 0 ? undefined : ready.shift()) ?? { code: `${prefix}${String(++begun).padStart(4, '0')}`, pushes: 1 + begun % 5, next: 1, known: undefined }
    const work = pushNext(chain).finally(() => { inFlight.delete(work) })
    inFlight.add(work)
  }
  const timer = setInterval(tick, everyMs)
  return {
    prefix,
    accepted,
    problems,
    end: async () => {
      clearInterval(timer)
      await Promise.all(inFlight)
    }
  }
}

/** The first and every odd push is the whole dossier with a new step; the others are a step alone. */
function isWhole ({ next }: Chain): boolean {
  return next % 2 === 1
}

function pushOf (chain: Chain): Push {
  const { code, next } = chain
  const step = aStep({ occurredAt: `2026-11-05T08:00:0${next}+07:00`, content: stepContent(next), status: next === 1 ? 'received' : 'processing' })
  const id = `${code}-${next}`
  if (!isWhole(chain)) return { id, path: `/v1/dossiers/${code}/progress`, body: { steps: [step] } }
  return { id, path: '/v1/dossiers', body: aDossier({ code, summary: `Lần ${next}`, progress: [step] }) }
}

function stepContent (number: number): string {
  return `Bước ${number}`
}

function after (chain: Chain, revision: number): Accepted {
  const { code, next, known } = chain
  return {
    code,
    revision,
    summary: isWhole(chain) ? next : known?.summary ?? 0,
    steps: [...known?.steps ?? [], stepContent(next)]
  }
}

/** The receipt, or what is wrong. No answer, 5xx and "still in flight" are asked again, of the other API. */
async function untilAnswered (post: Post, push: Push, turn: number): Promise<Receipt | string> {
  const until = Date.now() + GIVE_UP_MS
  for (let attempt = 0; Date.now() < until; attempt++) {
    const answer = await post(turn + attempt, push).catch(() => undefined)
    if (answer !== undefined && answer.status < 300) return JSON.parse(answer.text) as Receipt
    const again = answer === undefined || answer.status >= 500 || answer.status === 429 || answer.text.includes('"idempotency-key-in-flight"')
    if (!again) return `${answer.status} ${answer.text.slice(0, 300)}`
    await delay(150)
  }
  return `no answer within ${GIVE_UP_MS / 1000} s`
}
