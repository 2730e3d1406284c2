/** Opens the queue on Redis when there is a REDIS_URL, else in PostgreSQL. */
import type { QueueBackend } from './contract.js'
import { openQueueBackend } from './lanes.js'
import { postgresStore, redisStore } from './store.js'
import type { LimitedLog } from '../base/log.js'

export interface OpenQueueOptions {
  redisUrl: string | undefined
  databaseUrl: string
  prefix: string
  /** Workers that this process will start; 0 in an API process. */
  workers: number
  log: LimitedLog
}

export async function openQueue (options: OpenQueueOptions): Promise<QueueBackend> {
  const onError = (error: Error): void => { options.log('queue.store-error', { message: error.message }) }
  const store = options.redisUrl === undefined
    ? await postgresStore({ url: options.databaseUrl, workers: options.workers, onError })
    : redisStore({ url: options.redisUrl, prefix: options.prefix, onError })
  return openQueueBackend(store, options.log)
}
