/** Everything that is kept of a delivery: its attempts, and each call with what was sent and what came back. */
import { sql } from 'kysely'
import type { Executor } from '../../db/open.js'

export interface AttemptEvidence {
  number: number
  /** The process that made it. */
  owner: string
  started_at: Date
  ended_at: Date | null
  result: string | null
  failure_code: string | null
  calls: CallEvidence[]
}

export interface CallEvidence {
  operation: string
  mode: string
  step_ids: string[]
  /** Masked before it was stored. */
  request: unknown
  sent_at: string
  ended_at: string | null
  verdict: string | null
  /** The rule that classified the answer. */
  rule: string | null
  code: string | null
  words: string | null
  /** Status, headers that explain, and the first 8 KiB; masked. Null where none came. */
  answer: { status: number, headers: Record<string, string>, excerpt: string } | null
}

export interface EvidenceQuestion {
  deliveryId: string
  /** Attempts with a smaller number: the newest come first. */
  before?: number | undefined
  limit: number
}

export async function attemptsOf (db: Executor, { deliveryId, before, limit }: EvidenceQuestion): Promise<AttemptEvidence[]> {
  const { rows } = await sql<AttemptEvidence>`
    select a.number, a.owner, a.started_at, a.ended_at, a.result, a.failure_code, coalesce((
      select jsonb_agg(jsonb_build_object('operation', e.operation, 'mode', e.mode, 'step_ids', (
          select coalesce(jsonb_agg(s.step_id order by s.occurred_at, s.id), '[]') from progress_steps s where s.id = any(e.step_ids)),
        'request', e.request, 'sent_at', e.sent_at, 'ended_at', e.ended_at, 'verdict', e.verdict, 'rule', e.rule, 'code', e.code,
        'words', e.words, 'answer', e.answer) order by e.id)
      from exchanges e where e.attempt_id = a.id), '[]') as calls
    from attempts a where a.delivery_id = ${deliveryId} and (${before ?? null}::integer is null or a.number < ${before ?? null})
    order by a.number desc limit ${limit}`.execute(db)
  return rows
}
