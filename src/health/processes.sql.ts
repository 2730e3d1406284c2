/** The register of running processes: who delivers, and who may open how many connections. */
import { sql } from 'kysely'
import type { Database, Executor } from '../db/open.js'

export interface ProcessEntry {
  id: string
  role: string
  delivers: boolean
  host: string
  pid: number
  connections: number
}

/** Missed beats of ten seconds each. */
const GONE_SECONDS = 35
const FORGOTTEN_SECONDS = 3600

export async function beat (db: Executor, entry: ProcessEntry): Promise<void> {
  const { id, role, delivers, host, pid, connections } = entry
  await sql`
    with forgotten as (delete from processes where seen_at < clock_timestamp() - make_interval(secs => ${FORGOTTEN_SECONDS}))
    insert into processes (id, role, delivers, host, pid, connections) values (${id}, ${role}, ${delivers}, ${host}, ${pid}, ${connections})
    on conflict (id) do update set seen_at = clock_timestamp()`.execute(db)
}

export async function leave (db: Executor, id: string): Promise<void> {
  await sql`delete from processes where id = ${id}`.execute(db)
}

export async function liveProcesses (db: Executor): Promise<ProcessEntry[]> {
  const { rows } = await sql<ProcessEntry>`
    select id, role, delivers, host, pid, connections from processes
    where seen_at > clock_timestamp() - make_interval(secs => ${GONE_SECONDS}) order by started_at`.execute(db)
  return rows
}

export interface ConnectionUse {
  /** Connections that ordinary roles may open. */
  limit: number
  /** Open ones by what they call themselves, in this database or another. */
  open: Array<{ name: string, here: boolean, count: number }>
}

export async function connectionUse (db: Database): Promise<ConnectionUse> {
  const { rows } = await sql<{ limit: number, name: string, here: boolean, count: number }>`
    select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as "limit",
      application_name as name, datname = current_database() as here, count(*)::int as count
    from pg_stat_activity where backend_type = 'client backend' group by 2, 3 order by 4 desc`.execute(db)
  return { limit: rows[0]?.limit ?? 0, open: rows.map(({ name, here, count }) => ({ name, here, count })) }
}
