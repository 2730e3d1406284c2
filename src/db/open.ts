/** The application's connection pool. The queue has its own (design §2.4). */
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, type Transaction } from 'kysely'
import pg from 'pg'
import { DeadlineExceeded, withDeadline } from '../base/deadline.js'
import type { Tables } from './tables.js'

export type Database = Kysely<Tables>
/** Where a statement may run on its own or inside a transaction. */
export type Executor = Kysely<Tables> | Transaction<Tables>
export type Tx = Transaction<Tables>

export interface OpenDatabaseOptions {
  url: string
  maxConnections: number
  applicationName: string
  /** Called for connections lost while idle; the pool replaces them by itself. */
  onError: (error: Error) => void
  /** How long a statement may go without an answer; longer than the server's own limit. */
  answerMs?: number
}

/** Long statements are defects here: every one touches few rows or is chunked. */
const STATEMENT_TIMEOUT_MS = 30_000
/** The server ends a statement by itself before this: without an answer by then the line is dead, whatever TCP believes. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5000
/** Both for a free place in the pool and for a new connection: a request waits no longer, then it is answered 503. */
const CONNECT_TIMEOUT_MS = 5000

export function openDatabase (options: OpenDatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    // Statements of few rows: where the planner overrates one, compiling it would take a hundred times as long as running it.
    options: '-c jit=off'
  })
  pool.on('error', options.onError)
  // The pool listens to idle connections only. One that breaks between two statements of a transaction emits `error` as
  // well, and unheard that would end the process; the next statement on it fails by itself.
  pool.on('connect', client => { client.on('error', options.onError) })
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: answering(pool, options.answerMs ?? ANSWER_TIMEOUT_MS) }) })
}

/** The pool, with connections that are given up when a statement is not answered. */
function answering (pool: pg.Pool, answerMs: number): PostgresPool {
  return {
    connect: async () => givingUp(await pool.connect(), answerMs),
    end: () => pool.end()
  }
}

/** A line that swallows a statement would block its connection, and whoever waits for one, until TCP gives up: 15 minutes. */
function givingUp (client: pg.PoolClient, answerMs: number): PostgresPoolClient {
  let dead: Error | undefined
  const query = async (text: string, parameters: readonly unknown[]): Promise<unknown> => {
    if (dead !== undefined) throw dead
    return withDeadline(answerMs, () => client.query(text, [...parameters])).catch((error: unknown) => {
      if (error instanceof DeadlineExceeded) dead = new Error('Connection terminated: no answer', { cause: error })
      throw dead ?? error
    })
  }
  // Nothing here streams: the cursor's form of `query` is not offered.
  const release = (discard?: boolean): void => { client.release(dead ?? discard) }
  return { query: query as PostgresPoolClient['query'], release: release as PostgresPoolClient['release'] }
}

/** SQLSTATE of a failed statement, if the error came from PostgreSQL. */
export function sqlState (error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}
