/** Pushes the fixtures as a province's system would: many dossiers at once, each one's states in order. */
import type { Remark } from './expected-findings.js'
import type { Push, Rejected } from './fixtures.js'
import type { Answer, Api } from './http.js'
import { canonicalText } from './values.js'

export interface Pushed {
  push: Push
  /** What the gateway said, in the words of the fixtures, or the code of another problem. */
  outcome: string
  /** Of the revision that was made; undefined when none was. */
  revision: number | undefined
  /** What did not refuse it: `severity code pointer`. */
  findings: Remark[]
  /** The whole answer, to compare it with a repeated one. */
  receipt: string
}

export interface Refused {
  title: string
  codes: string[]
  /** Whether it was a 422 with exactly the errors of the fixture. */
  asExpected: boolean
}

interface ReceiptOrProblem {
  code?: string
  revision?: number
  unchanged?: boolean
  findings?: Array<{ severity: string, code: string, pointer: string }>
  errors?: Array<{ pointer: string, code: string }>
}

const IN_FLIGHT = 16

export async function pushAll (gateway: Api, pushes: readonly Push[]): Promise<Pushed[]> {
  const pushed: Pushed[] = []
  await inParallel(chainsOf(pushes), async chain => {
    for (const push of chain) pushed.push(await send(gateway, push))
  })
  return pushed
}

/** The pushes of one dossier, in order. */
function chainsOf (pushes: readonly Push[]): Push[][] {
  const chains = new Map<string, Push[]>()
  for (const push of pushes) chains.set(push.code, [...chains.get(push.code) ?? [], push])
  return [...chains.values()]
}

async function send (gateway: Api, push: Push): Promise<Pushed> {
  const path = push.to === 'dossier' ? '/v1/dossiers' : `/v1/dossiers/${push.code}/progress`
  const headers: Record<string, string> = push.idempotencyKey === undefined ? {} : { 'idempotency-key': push.idempotencyKey }
  const answer = await gateway.post<ReceiptOrProblem>(path, push.body, headers)
  const outcome = outcomeOf(answer)
  return {
    push,
    outcome,
    revision: outcome === 'accepted' ? answer.body.revision : undefined,
    findings: (answer.body.findings ?? []).map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`).sort(),
    receipt: canonicalText(answer.body)
  }
}

function outcomeOf ({ status, headers, body }: Answer<ReceiptOrProblem>): string {
  if (status >= 300) return body.code ?? `status-${status}`
  if (headers['idempotency-replayed'] === 'true') return 'replayed'
  return body.unchanged === true ? 'unchanged' : 'accepted'
}

/** Each must be refused with its errors named, and leave no trace. */
export async function pushRejected (gateway: Api, documents: readonly Rejected[]): Promise<Refused[]> {
  const refused: Refused[] = []
  await inParallel(documents, async ({ title, expected, body }) => {
    const { status, body: problem } = await gateway.post<ReceiptOrProblem>('/v1/dossiers', body)
    const errors = problem.errors ?? []
    const asExpected = status === 422 && listed(errors) === listed(expected)
    refused.push({ title, codes: [...new Set(errors.map(error => error.code))], asExpected })
  })
  return refused
}

function listed (errors: ReadonlyArray<{ pointer: string, code: string }>): string {
  return errors.map(({ pointer, code }) => `${pointer} ${code}`).sort().join('\n')
}

async function inParallel<T> (items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }))
}
