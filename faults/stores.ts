/** The stores of a run: a database of its own on whichever PostgreSQL there is, and a Redis of its own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import type { NetConnectOpts } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { openEmbedded } from '../src/db/embedded.js'
import { migrate } from '../src/db/migrate.js'
import { openDatabase, type Database } from '../src/db/open.js'
import { steadyPort } from '../test/support/ports.js'
import { startCluster } from '../test/support/redis-cluster.js'
import { startSentinel } from '../test/support/redis-sentinel.js'
import type { Undoing } from '../test/support/redis-servers.js'

export interface PostgresStore {
  /** For the harness itself, past the line. */
  url: string
  db: Database
  /** Where a line leads to. */
  target: NetConnectOpts
  /** Only where the server is ours. */
  restart: (() => Promise<void>) | undefined
  close: () => Promise<void>
}

const LOCAL = 'postgresql://postgres@127.0.0.1:5432/postgres'

/** The server of DATABASE_URL, else the one of this machine, else a private one; `own` always takes the private one. */
export async function openPostgres ({ own = false }: { own?: boolean } = {}): Promise<PostgresStore> {
  const given = process.env['DATABASE_URL'] ?? LOCAL
  const found = !own && (process.env['DATABASE_URL'] !== undefined || await answers(given))
  return found ? openGiven(given) : openOwn()
}

async function openGiven (server: string): Promise<PostgresStore> {
  const name = `lt_faults_${randomBytes(4).toString('hex')}`
  await administer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const db = await prepare(url.href)
  return {
    url: url.href,
    db,
    target: { host: url.hostname, port: Number(url.port || '5432') },
    restart: undefined,
    close: async () => {
      await db.destroy()
      await administer(server,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and usename = current_user`,
        `drop database if exists ${name}`)
    }
  }
}

async function openOwn (): Promise<PostgresStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lienthong-faults-'))
  // The account that runs PostgreSQL when we are root must be able to pass.
  await chmod(dataDir, 0o711)
  let server = await openEmbedded({ dataDir })
  const url = new URL(server.url)
  const db = await prepare(server.url)
  return {
    url: server.url,
    db,
    target: { path: join(url.searchParams.get('host') ?? '', `.s.PGSQL.${url.port}`) },
    restart: async () => {
      await server.stop()
      server = await openEmbedded({ dataDir })
    },
    close: async () => {
      await db.destroy()
      await server.stop()
      await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    }
  }
}

async function prepare (url: string): Promise<Database> {
  const db = openDatabase({ url, maxConnections: 4, applicationName: 'lienthong-faults', onError: () => {} })
  await migrate(db)
  return db
}

async function answers (url: string): Promise<boolean> {
  return administer(url, 'select 1').then(() => true, () => false)
}

async function administer (url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

export interface RedisStore {
  /** For REDIS_URL, where no line leads to it: Sentinels and Clusters name their nodes' own addresses. */
  url?: string
  /** Where a line leads to. */
  target?: NetConnectOpts
  wipe: () => Promise<void>
  /** It keeps nothing on disk: what it held is gone. */
  stop?: () => Promise<void>
  start?: () => Promise<void>
  /** The master dies; resolves when the Sentinels have made the replica one. */
  failOver?: () => Promise<void>
  close: () => Promise<void>
}

export function hasRedis (): boolean {
  return spawnSync('redis-server', ['--version']).status === 0
}

export async function openRedis (): Promise<RedisStore> {
  const port = await steadyPort()
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--loglevel', 'warning'], { stdio: 'ignore' })
    await ask(port, client => client.ping())
  }
  const stop = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await start()
  return { target: { host: '127.0.0.1', port }, stop, start, close: stop, wipe: () => ask(port, client => client.flushall()) }
}

/** A master, a replica, three Sentinels. */
export async function openSentinels (): Promise<RedisStore> {
  const undoing = undoings()
  const { url, master, replica, masterPort } = await startSentinel(undoing).catch(async (error: unknown) => {
    await undoing.undo()
    throw error
  })
  return {
    url,
    wipe: async () => {
      const port = await masterPort()
      await (port === master.port ? master : replica).client.flushall()
    },
    failOver: async () => {
      await master.kill()
      const until = Date.now() + FAILOVER_MS
      while (await masterPort() === master.port) {
        if (Date.now() > until) throw new Error('the Sentinels did not fail over')
        await delay(100)
      }
    },
    close: undoing.undo
  }
}

/** Three masters; an adapter's queues live on one of them. */
export async function openCluster (): Promise<RedisStore> {
  const undoing = undoings()
  const { url, nodes } = await startCluster(undoing).catch(async (error: unknown) => {
    await undoing.undo()
    throw error
  })
  return { url, wipe: async () => { for (const { client } of nodes) await client.flushall() }, close: undoing.undo }
}

const FAILOVER_MS = 20_000

function undoings (): Undoing & { undo: () => Promise<void> } {
  const undos: Array<() => Promise<void> | void> = []
  return {
    teardown: undo => { undos.push(undo) },
    undo: async () => { for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) await undo() }
  }
}

async function ask (port: number, question: (client: Redis) => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null })
    client.on('error', () => {})
    try {
      await client.connect()
      await question(client)
      return
    } catch {
      await delay(50)
    } finally {
      client.disconnect()
    }
  }
  throw new Error('redis-server does not answer')
}
