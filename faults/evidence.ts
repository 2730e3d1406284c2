/** Reads what `judge` needs: the gateway's rows, and the record that the stand-in kept of its own. */
import { sql } from 'kysely'
import { Pool } from 'undici'
import type { Database } from '../src/db/open.js'
import type { Received, Rows } from './judge.js'

/** Of every dossier whose code begins so. */
export async function readRows (db: Database, prefix: string): Promise<Map<string, Rows>> {
  const { rows } = await sql<Rows & { code: string }>`
    select x.code, x.revision,
      (select coalesce(jsonb_agg(d.state || coalesce(' ' || d.failure_code, '') order by d.revision), '[]') from deliveries d where d.dossier_id = x.id) as states,
      (select coalesce(sum((a.details->>'steps')::int), 0)::int from audit_entries a
        where a.dossier_code = x.code and a.action = 'delivery.possible-duplicate') as "possibleDuplicates",
      (select string_agg(concat_ws(' ', 'lane', l.id, 'due', l.due_at, 'rung', l.rung_at, 'leased until', l.lease_until, 'by', l.lease_owner, 'changes', l.changes, 'at', clock_timestamp()), '; ')
        from lanes l where l.dossier_id = x.id) as lane
    from dossiers x where x.code like ${`${prefix}%`}`.execute(db)
  return new Map(rows.map(({ code, ...row }) => [code, row]))
}

export async function readOpen (db: Database, prefix: string): Promise<number> {
  const { rows: [row] } = await sql<{ open: number }>`
    select count(*)::int as open from deliveries d join dossiers x on x.id = d.dossier_id
    where x.code like ${`${prefix}%`} and d.state in ('queued', 'sending', 'retrying')`.execute(db)
  return row?.open ?? 0
}

/** Ends after that time, the first and the last, as milliseconds. */
export async function readEnds (db: Database, prefix: string, after: number): Promise<{ first: number | null, last: number | null }> {
  const since = new Date(after)
  const { rows: [row] } = await sql<{ first: Date | null, last: Date | null }>`
    select (select min(ended_at) from deliveries where ended_at > ${since}) as first,
      (select max(d.ended_at) from deliveries d join dossiers x on x.id = d.dossier_id where x.code like ${`${prefix}%`}) as last`.execute(db)
  return { first: row?.first?.getTime() ?? null, last: row?.last?.getTime() ?? null }
}

/** Deliveries whose budgets were touched: none may be by a stop in order. */
export async function countedAttempts (db: Database, prefix: string): Promise<number> {
  const { rows: [row] } = await sql<{ counted: number }>`
    select count(*)::int as counted from deliveries d join dossiers x on x.id = d.dossier_id
    where x.code like ${`${prefix}%`} and (d.own_failures > 0 or d.retries > 0)`.execute(db)
  return row?.counted ?? 0
}

/** Over all that was ever planned (adapter × revision): every delivery is in one state, and none is missing. */
export async function planSums (db: Database): Promise<{ planned: number, deliveries: number, states: Record<string, number> }> {
  const { rows: [row] } = await sql<{ planned: number, deliveries: number, states: Record<string, number> }>`
    select (select count(*)::int from lanes l join revisions r on r.dossier_id = l.dossier_id) as planned,
      (select count(*)::int from deliveries where event_id is null) as deliveries,
      (select coalesce(jsonb_object_agg(state, n), '{}') from (select state, count(*) as n from deliveries where event_id is null group by state) s) as states`.execute(db)
  return row ?? { planned: 0, deliveries: 0, states: {} }
}

export interface Portal {
  /** What it holds of a dossier; undefined when it never heard of it. */
  received: (code: string) => Promise<Received | undefined>
  misbehave: (rule: Record<string, unknown>) => Promise<void>
  /** Calls that its faults have struck. */
  hits: () => Promise<number>
  behave: () => Promise<void>
  close: () => Promise<void>
}

interface Detail {
  creates: number
  writes: Array<{ dossier: { TrichYeuHoSo: string } }>
  steps: Array<{ step: { NoiDungXuLy: string }, occurrence: number }>
}

export function openPortal (url: string): Portal {
  const pool = new Pool(url, { connections: 4 })
  const call = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<{ status: number, text: string }> => {
    const answer = await pool.request({ method, path, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) })
    return { status: answer.statusCode, text: await answer.body.text() }
  }
  return {
    received: async code => {
      const { status, text } = await call('GET', `/control/dossiers/${code}`)
      return status === 404 ? undefined : receivedIn(JSON.parse(text) as Detail)
    },
    misbehave: async rule => {
      const { status, text } = await call('POST', '/control/faults', rule)
      if (status !== 201) throw new Error(`the sandbox refuses the fault: ${text}`)
    },
    hits: async () => {
      const { faults } = JSON.parse((await call('GET', '/control/faults')).text) as { faults: Array<{ hits: number }> }
      return faults.reduce((sum, { hits }) => sum + hits, 0)
    },
    behave: async () => { await call('DELETE', '/control/faults') },
    close: () => pool.destroy()
  }
}

function receivedIn ({ creates, writes, steps }: Detail): Received {
  return {
    creates,
    summaries: writes.map(({ dossier }) => Number(/\d+$/.exec(dossier.TrichYeuHoSo)?.[0])),
    steps: steps.map(({ step, occurrence }) => ({ content: step.NoiDungXuLy, occurrence }))
  }
}
