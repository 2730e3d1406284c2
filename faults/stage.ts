/** The stage: stores behind lines, two APIs, two workers, the portal's stand-in and a load. Nothing of it outlives the run. */
import { sql } from 'kysely'
import { KEY, portalSettings } from '../test/support/gateway.js'
import { steadyPort } from '../test/support/ports.js'
import type { Database } from '../src/db/open.js'
import { openPortal, type Portal } from './evidence.js'
import { openLine, type Line } from './line.js'
import { createLoad, type Batch } from './load.js'
import { supervise, type Process } from './processes.js'
import { openCluster, openPostgres, openRedis, openSentinels, type PostgresStore, type RedisStore } from './stores.js'

/** `sentinel`, `cluster`: Redis behind Sentinels, and as a Cluster of three. */
export const BACKENDS = ['redis', 'postgresql', 'sentinel', 'cluster'] as const
export type Backend = typeof BACKENDS[number]

export interface Stage {
  backend: Backend
  db: Database
  apis: Process[]
  workers: Process[]
  /** Those that crashed since the last call, and how. */
  crashes: () => string[]
  portal: Portal
  postgres: PostgresStore
  postgresLine: Line
  redis: RedisStore | undefined
  redisLine: Line | undefined
  /** The queue is gone as a whole. */
  wipeQueue: () => Promise<void>
  begin: (batch: number) => Batch
  /** Every process is running. */
  up: () => Promise<void>
  close: () => Promise<void>
}

export interface StageOptions {
  backend: Backend
  perSecond: number
  /** A private PostgreSQL, which can be restarted. */
  ownPostgres: boolean
  signal: AbortSignal
}

export async function openStage (options: StageOptions): Promise<Stage> {
  const closers: Array<() => Promise<unknown>> = []
  const close = async (): Promise<void> => {
    for (let end = closers.pop(); end !== undefined; end = closers.pop()) {
      await end().catch((error: Error) => { process.stderr.write(`closing: ${error.message}\n`) })
    }
  }
  try {
    return await open(options, { closers, close })
  } catch (error) {
    await close()
    throw error
  }
}

interface Closing {
  closers: Array<() => Promise<unknown>>
  close: () => Promise<void>
}

async function open ({ backend, perSecond, ownPostgres, signal }: StageOptions, { closers, close }: Closing): Promise<Stage> {
  const postgres = await openPostgres({ own: ownPostgres })
  closers.push(postgres.close)
  const postgresLine = await openLine(postgres.target)
  closers.push(postgresLine.close)
  const redis = await OPENERS[backend]()
  if (redis !== undefined) closers.push(redis.close)
  const redisLine = redis?.target === undefined ? undefined : await openLine(redis.target)
  if (redisLine !== undefined) closers.push(redisLine.close)
  const portalPort = await steadyPort()
  const start = (program: Parameters<typeof supervise>[0]): Process => {
    signal.throwIfAborted()
    const started = supervise(program)
    closers.push(started.stop)
    return started
  }
  const sandbox = start({ name: 'sandbox', script: 'src/sandbox/server.js', args: [], environment: { SANDBOX_PORT: String(portalPort) }, ready: '"listening"', mortal: false })
  await sandbox.up()
  const portalUrl = `http://127.0.0.1:${portalPort}`
  const environment = gatewayEnvironment({ portalUrl, databaseUrl: through(postgres.url, postgresLine.port), redisUrl: redisLine === undefined ? redis?.url : `redis://127.0.0.1:${redisLine.port}` })
  const gateway = async (role: 'api' | 'worker', n: number): Promise<Process & { url: string }> => {
    const port = await steadyPort()
    const started = start({ name: `${role}-${n}`, script: 'src/process/server.js', args: [role], environment: { ...environment, PORT: String(port) }, ready: '"gateway.started"', mortal: true })
    return { ...started, url: `http://127.0.0.1:${port}` }
  }
  const apis = [await gateway('api', 1), await gateway('api', 2)]
  const workers = [await gateway('worker', 1), await gateway('worker', 2)]
  const all = [sandbox, ...apis, ...workers]
  const up = async (): Promise<void> => { await Promise.all(all.map(one => one.up())) }
  await up()
  const portal = openPortal(portalUrl)
  closers.push(portal.close)
  const load = createLoad({ apis: apis.map(({ url }) => url), key: KEY, perSecond })
  closers.push(load.close)
  return {
    backend,
    db: postgres.db,
    apis,
    workers,
    crashes: () => all.flatMap(one => one.crashes()),
    portal,
    postgres,
    postgresLine,
    redis,
    redisLine,
    wipeQueue: async () => { await (redis === undefined ? emptyQueueTables(postgres.db) : redis.wipe()) },
    begin: load.begin,
    up,
    close
  }
}

const OPENERS: Readonly<Record<Backend, () => Promise<RedisStore | undefined>>> = {
  redis: openRedis,
  sentinel: openSentinels,
  cluster: openCluster,
  postgresql: async () => undefined
}

/** The embedded server's address names a socket; through the line it is a port like any other. */
function through (url: string, port: number): string {
  const changed = new URL(url)
  changed.hostname = '127.0.0.1'
  changed.port = String(port)
  changed.searchParams.delete('host')
  return changed.href
}

interface Addresses {
  portalUrl: string
  databaseUrl: string
  redisUrl: string | undefined
}

/** Everything that recovery waits for is short, so that a run of many faults is. */
function gatewayEnvironment ({ portalUrl, databaseUrl, redisUrl }: Addresses): Record<string, string> {
  return {
    ...portalSettings(portalUrl),
    ADAPTER_NATIONAL_PORTAL_RETRY_DELAYS_SECONDS: '0.3,0.6,1',
    ADAPTER_NATIONAL_PORTAL_CALL_TIMEOUT_MS: '1500',
    ADAPTER_NATIONAL_PORTAL_CONCURRENCY: '4',
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    DATABASE_CONNECTIONS: '5',
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    BOOTSTRAP_API_KEY: KEY,
    LEASE_SECONDS: '3',
    SWEEP_SECONDS: '1',
    GRACE_SECONDS: '3',
    CATALOGUE_HOURS: '0',
    LOG_LEVEL: 'info'
  }
}

/** BullMQ's own record of its migrations stays: a running process does not make the tables anew. */
async function emptyQueueTables (db: Database): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
    where schemaname = 'bullmq' and tablename not like '%migration%'`.execute(db)
  await sql.raw(`truncate ${rows.map(({ name }) => name).join(', ')} cascade`).execute(db)
}
