/** Questions about the database server itself, and its advisory locks. */
import { sql } from 'kysely'
import { withDeadline } from '../base/deadline.js'
import type { Database } from './open.js'

export async function ping (db: Database): Promise<void> {
  await sql`select 1`.execute(db)
}

export interface ServerFacts {
  /** As `server_version_num`: 150000 is version 15. */
  version: number
}

export async function serverFacts (db: Database): Promise<ServerFacts> {
  const { rows: [row] } = await sql<ServerFacts>`
    select current_setting('server_version_num')::int as version`.execute(db)
  return row ?? { version: 0 }
}

export interface Lock {
  name: string
  deadlineMs: number
}

/**
 * Runs the work if no other process holds the lock. It ends with its transaction, so with the process that held it. That
 * transaction is idle while the work uses other connections: the server's limit for that may not end it, the deadline does,
 * or work that hangs would keep the lock from every process.
 */
export async function withLock (db: Database, { name, deadlineMs }: Lock, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  await db.transaction().execute(async tx => {
    const { rows: [lock] } = await sql<{ held: boolean }>`select set_config('idle_in_transaction_session_timeout', '0', true), pg_try_advisory_xact_lock(hashtext(${name})) as held`.execute(tx)
    if (lock?.held === true) await withDeadline(deadlineMs, work)
  })
}
