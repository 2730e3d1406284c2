import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Test } from 'tap'
import type { Database } from '../../../src/db/open.js'
import { openQueue } from '../../../src/queue/open.js'
import type { LaneQueues } from '../../../src/queue/contract.js'
import { openTestDatabase } from '../../support/database.js'

export interface LaneRow {
  adapter?: string
  /** Seconds from now; negative: due since then. Null: nothing waits. */
  dueIn?: number | null
  /** Seconds since the lane was rung. */
  rungAgo?: number | null
  /** Seconds that somebody still holds it. */
  leasedFor?: number | null
}

/** So many lanes of dossiers of their own; returns their ids, sorted. */
export async function insertLanes (db: Database, count: number, row: LaneRow = {}): Promise<string[]> {
  const { adapter = 'first', dueIn = -10, rungAgo = null, leasedFor = null } = row
  const { rows } = await sql<{ id: string }>`
    with dossier as (
      insert into dossiers (code, client_id, agency_code, procedure_code, revision, content_hash)
      select 'D-' || gen_random_uuid(), 'test', 'H15', '1.1', 1, ''::bytea from generate_series(1, ${count}) returning id)
    insert into lanes (adapter, dossier_id, due_at, rung_at, lease_until, lease_token)
    select ${adapter}, id, clock_timestamp() + make_interval(secs => ${dueIn}), clock_timestamp() - make_interval(secs => ${rungAgo}),
           clock_timestamp() + make_interval(secs => ${leasedFor}), case when ${leasedFor}::float8 is not null then gen_random_uuid() end
    from dossier returning id`.execute(db)
  return rows.map(({ id }) => id).sort()
}

export interface Ground {
  db: Database
  /** The real queue in PostgreSQL. */
  queues: LaneQueues
}

/** A database and a queue in it, for the tests of one file: each takes adapters of its own. */
export async function openGround (t: Test): Promise<Ground> {
  const { db, url } = await openTestDatabase(t)
  const backend = await openQueue({ redisUrl: undefined, databaseUrl: url, prefix: 'test', workers: 0, log: () => {} })
  t.teardown(() => backend.close())
  return { db, queues: backend.queues }
}

export interface Stage extends Ground {
  first: string
  second: string
  /** Every ring that reached the queue: adapter and lanes. */
  rung: Array<{ adapter: string, lanes: string[] }>
  logged: Array<{ event: string, details: Record<string, unknown> }>
  log: (event: string, details: Record<string, unknown>) => void
  /** What is done before each call of that name reaches the queue; throwing is a crash at that point. */
  before: Partial<Record<'ring' | 'arm' | 'isArmed', () => Promise<void>>>
  /** What happens between a ring and its being noted. */
  after: { ring?: () => Promise<void> }
}

/** The queue's calls are noted, and can be made to fail. */
export function stageOn ({ db, queues }: Ground): Stage {
  const name = `a${randomBytes(4).toString('hex')}`
  const stage: Stage = { db, queues, first: `${name}-1`, second: `${name}-2`, rung: [], logged: [], before: {}, after: {}, log: (event, details) => { stage.logged.push({ event, details }) } }
  stage.queues = {
    ...queues,
    ring: async (adapter, lanes) => {
      await stage.before.ring?.()
      await queues.ring(adapter, lanes)
      stage.rung.push({ adapter, lanes: lanes.map(lane => typeof lane === 'string' ? lane : lane.id) })
      await stage.after.ring?.()
    },
    arm: async adapter => {
      await stage.before.arm?.()
      await queues.arm(adapter)
    },
    isArmed: async adapter => {
      await stage.before.isArmed?.()
      return queues.isArmed(adapter)
    }
  }
  return stage
}

export async function rungLanes ({ db, first, second }: Stage): Promise<string[]> {
  const rows = await db.selectFrom('lanes').select('id').where('rung_at', 'is not', null).where('adapter', 'in', [first, second]).execute()
  return rows.map(row => row.id).sort()
}
