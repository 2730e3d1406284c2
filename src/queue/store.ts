/** Where BullMQ keeps its jobs: Redis, or tables in our PostgreSQL under a schema of their own. */
import { createPostgresBackend, Queue, runMigrations, Worker, type PgPool, type Processor, type WorkerOptions } from 'bullmq'
import pg from 'pg'
import { connectRedis, endConnection, noteDuplicates, type RedisClient } from './connect.js'

/** What this folder uses of a BullMQ queue or worker, on whichever backend. */
export type JobQueue = Pick<Queue, 'add' | 'addBulk' | 'getJob' | 'getJobCounts' | 'close' | 'waitUntilReady'>
export interface JobWorker {
  /** Takes no more jobs; resolves when those that run have ended and the store knows it. */
  close: () => Promise<void>
  /** Asks the store nothing more: what waits for its answer ends with an error. */
  abandon: () => void
}

/** Builds BullMQ objects on one store; the rest of this folder does not know which. */
export interface QueueStore {
  queue: (adapter: string, name: string) => JobQueue
  worker: (adapter: string, processor: Processor, options: Omit<WorkerOptions, 'connection' | 'prefix'>) => JobWorker
  close: () => Promise<void>
}

export const QUEUE_NAME = 'lanes'

/** An `error` event without a listener would end the process. */
function quiet<T extends { on: (event: 'error', listener: (error: Error) => void) => unknown }> (emitter: T, onError: (error: Error) => void): T {
  emitter.on('error', onError)
  return emitter
}

export interface RedisStoreOptions {
  url: string
  prefix: string
  onError: (error: Error) => void
}

export function redisStore ({ url, prefix, onError }: RedisStoreOptions): QueueStore {
  const producer = connectRedis(url, 'producer')
  producer.on('error', onError)
  const consumers = new Set<RedisClient>()
  return {
    queue: (adapter, name) => {
      // A queue made while Redis is away would keep the failed start for ever; the caller tries again later.
      if (producer.status !== 'ready') throw new Error(`Redis is out of reach (${producer.status})`)
      return quiet(new Queue(name, { connection: producer, prefix: keyPrefix(prefix, adapter), skipWaitingForReady: true }), onError)
    },
    worker: (adapter, processor, options) => {
      const consumer = connectRedis(url, 'consumer')
      consumer.on('error', onError)
      const blocking = noteDuplicates(consumer)
      const worker = quiet(new Worker(QUEUE_NAME, processor, { ...options, connection: consumer, prefix: keyPrefix(prefix, adapter) }), onError)
      for (const client of [consumer, ...blocking]) consumers.add(client)
      return {
        close: async () => {
          const closed = worker.close()
          // BullMQ waits for it to end, which it does by itself only while it is connected.
          for (const client of blocking) endConnection(client)
          await closed
        },
        abandon: () => { for (const client of [consumer, ...blocking]) endConnection(client) }
      }
    },
    close: async () => { for (const client of [producer, ...consumers]) endConnection(client) }
  }
}

/** The braces are a hash tag: all keys of an adapter's queues live on one node of a Cluster, adapters spread over nodes. */
function keyPrefix (prefix: string, adapter: string): string {
  return `{${prefix}:${adapter}}`
}

export interface PostgresStoreOptions {
  url: string
  /** Workers of this process; each keeps one connection for LISTEN (design §2.4). */
  workers: number
  onError: (error: Error) => void
}

const QUEUE_SCHEMA = 'bullmq'

export async function postgresStore ({ url, workers, onError }: PostgresStoreOptions): Promise<QueueStore> {
  const pool = new pg.Pool({
    connectionString: url,
    max: workers + 6,
    application_name: 'lienthong-queue',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    // The queue can be rebuilt from the deliveries, so its commits need not wait for the disk.
    options: `-c search_path=${QUEUE_SCHEMA} -c synchronous_commit=off`
  })
  // Every queue and worker listens to it.
  pool.setMaxListeners(0)
  pool.on('error', onError)
  // The pool listens to idle connections only; one that breaks while it is used would end the process.
  pool.on('connect', client => { client.on('error', onError) })
  await migrateQueue(pool)
  // pg's overloaded `query` hides that its Pool has BullMQ's structural type.
  const connection = pool as unknown as PgPool
  return {
    queue: (adapter, name) => quiet(new Queue(`${adapter}.${name}`, { connection }, createPostgresBackend), onError),
    worker: (adapter, processor, options) => {
      const worker = quiet(new Worker(`${adapter}.${QUEUE_NAME}`, processor, { ...options, connection }, createPostgresBackend), onError)
      // The pool is shared with the other workers.
      return { close: () => worker.close(), abandon: () => {} }
    },
    close: () => pool.end()
  }
}

/** BullMQ migrates in one transaction, so it needs one connection and not a pool. */
async function migrateQueue (pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await runMigrations(client, QUEUE_SCHEMA)
  } finally {
    client.release()
  }
}
