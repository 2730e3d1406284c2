/** After a restore from backup: lanes of which the partner may know more than we do (design §2.16). */
import { sql } from 'kysely'
import type { Executor } from '../db/open.js'
import type { DossierContent } from '../db/tables.js'

/** When the backup was taken, as far as its rows tell: the newest attempt's time. Pushes may have come since the restore. */
export async function lastAttemptAt (db: Executor): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date }>`select coalesce(ended_at, started_at) as at from attempts order by id desc limit 1`.execute(db)
  return rows[0]?.at
}

export interface LaneAtRisk {
  code: string
  /** `call-open`: cut by the end of the backup; `waiting`: sent since, perhaps; `sent-lately`: more may have followed. */
  why: 'call-open' | 'waiting' | 'sent-lately'
  revision: number
  deliveryId: string | null
  known: boolean
  content: DossierContent
}

/** Bounds the walk back through the attempts, which have no index by time. */
const ATTEMPTS_LOOKED_AT = 50_000

export async function lanesAtRisk (db: Executor, { adapter, since, limit }: { adapter: string, since: Date, limit: number }): Promise<LaneAtRisk[]> {
  const { rows } = await sql<LaneAtRisk>`
    with lately as (
      select delivery_id from (select delivery_id, started_at from attempts order by id desc limit ${ATTEMPTS_LOOKED_AT}) a where started_at >= ${since}),
    touched as (
      select lane_id, id, case when state = 'sending' then 1 else 2 end as rank from deliveries
      where adapter = ${adapter} and state in ('queued', 'sending', 'retrying', 'held')
      union all
      select d.lane_id, d.id, 3 from deliveries d where d.adapter = ${adapter} and d.id in (select delivery_id from lately)),
    lane as (select distinct on (lane_id) lane_id, id, rank from touched order by lane_id, rank, id desc)
    select x.code, (array['call-open', 'waiting', 'sent-lately'])[lane.rank] as why, x.revision, lane.id::text as "deliveryId",
      l.known_at_partner as known, r.content
    from lane join lanes l on l.id = lane.lane_id join dossiers x on x.id = l.dossier_id
    join revisions r on r.dossier_id = x.id and r.revision = x.revision
    order by lane.rank, x.code limit ${limit}`.execute(db)
  return rows
}
