/** Makes the process's watch from its settings and stores. */
import { hostname } from 'node:os'
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { Config } from '../config/gateway.js'
import { quietBetween } from '../operations/deliver/quiet-hours.js'
import { filesFolder } from '../files/open.js'
import { createWatch, STANDSTILL_SECONDS, type Watch, type WatchOptions } from '../health/watch.js'
import { openQueueMemory } from '../queue/memory.js'
import type { ActiveAdapter } from '../adapters/active-adapter.js'
import { connectionsWanted } from '../health/connections.js'

export interface OpenWatchOptions extends Pick<WatchOptions, 'db' | 'queues' | 'log'> {
  adapters: ReadonlyMap<string, ActiveAdapter>
  role: string
  /** Does this process deliver? */
  working: boolean
  /** Is the database server this process's own? */
  embedded: boolean
}

/** Not those whose quiet hours touch the time in which a standstill shows: their lanes are due and rest on purpose. */
function expectedToMove (adapters: ReadonlyMap<string, ActiveAdapter>, now: number): string[] {
  const since = new Date(now - STANDSTILL_SECONDS * 1000)
  return [...adapters].filter(([, { retry }]) => quietBetween(retry.quietHours, since, new Date(now)).length === 0).map(([id]) => id)
}

export function openWatch (config: Config, options: OpenWatchOptions): Watch {
  const { role, working, embedded, adapters, log, ...stores } = options
  const memory = config.redisUrl === undefined
    ? undefined
    : openQueueMemory(config.redisUrl, error => { log('queue.store-error', { message: error.message }) })
  const watch = createWatch({
    ...stores,
    adapters: [...adapters.keys()],
    expectedToMove: () => expectedToMove(adapters, Date.now()),
    log,
    outboundPaused: config.outboundPaused,
    graceMs: config.readyGraceSeconds * 1000,
    dataDir: embedded ? resolve(config.dataDir) : undefined,
    filesDir: filesFolder(config),
    diskFreeMinBytes: config.diskFreeMinMb * 1024 ** 2,
    databaseMaxBytes: config.databaseMaxGb === undefined ? undefined : config.databaseMaxGb * 1024 ** 3,
    queueMemory: async () => memory?.read(),
    process: { id: randomUUID(), role, delivers: working, host: hostname(), pid: process.pid, connections: connectionsWanted(config, working ? adapters.size : 0) }
  })
  return {
    ...watch,
    close: async () => {
      await watch.close()
      memory?.close()
    }
  }
}
