/** Opens what a process of the gateway is made of, and closes it in the order in which nothing is lost. */
import type { Logger } from 'pino'
import { closeAdapter, installAdapters, openAdapters } from '../adapters/activate.js'
import { ADAPTERS_FOLDER } from '../adapters/registry.js'
import { limitedLog } from '../base/log.js'
import { createCodeBooks } from '../codes/books.js'
import type { Config, Role } from '../config/gateway.js'
import type { Database } from '../db/open.js'
import { openFiles } from '../files/open.js'
import { createAttemptMetrics } from '../health/attempt-metrics.js'
import { createNumbers } from '../health/numbers.js'
import type { Watch } from '../health/watch.js'
import type { Needs } from '../http/needs.js'
import { createRelay, type Relay } from '../operations/deliver/relay.js'
import type { SlotStore } from '../protection/rate.js'
import { reserveSlots } from '../protection/rates.sql.js'
import type { LaneQueues } from '../queue/contract.js'
import { openQueue } from '../queue/open.js'
import { closeBounded, type Opening } from './opening.js'
import { closeInReverse, createStopClock, type Closer } from './stopper.js'
import { checkConnections, openStore } from './stores.js'
import { startTimers, type Timers } from './timers.js'
import { openWatch } from './watch.js'
import { startWorkers } from './workers.js'

export interface Services extends Needs, Timers {
  queues: LaneQueues
  relay: Relay
  watch: Watch
  catalogue: Timers['catalogue']
  sequencer: Timers['sequencer']
  /** Where the data is: for the start-up line. */
  stores: { database: 'external' | 'embedded', queue: 'redis' | 'postgresql' }
  /** Takes no more lanes from now on; running calls have until shortly before the stop's end. `close` waits for them. */
  drain: () => void
  close: () => Promise<void>
}

export interface ServicesOptions {
  log: Logger
  /** Another folder of adapters than the gateway's own. */
  adaptersFolder?: URL
  /** The private database server is lost for good: the process should stop. */
  onLost?: (error: Error) => void
}

export async function openServices (config: Config, role: Role, options: ServicesOptions): Promise<Services> {
  const { log, adaptersFolder = ADAPTERS_FOLDER, onLost = () => {} } = options
  const closers: Closer[] = []
  const close = async (): Promise<void> => closeInReverse(closers, error => {
    log.error({ event: 'gateway.stop-failed', message: error.message })
    process.exitCode = 1
  })
  const opening: Opening = {
    config, role, log, adaptersFolder, onLost, closers, working: role !== 'api' && !config.outboundPaused, limited: limitedLog(log), clock: createStopClock(config.graceSeconds * 1000, log)
  }
  try {
    return { ...await open(opening), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function open (opening: Opening): Promise<Omit<Services, 'close'>> {
  const { config, role, working, log, limited, closers } = opening
  // Opened before the database, so that a wrong setting is told at once; no call is made before that is open too.
  const slots: SlotStore = {
    reserve: async block => await reserveSlots(db, block),
    failed: (target, { message }) => { limited('rate.no-slots', { target, message }) }
  }
  const installed = await installAdapters({ environment: config.environment, wanted: config.adapters, folder: opening.adaptersFolder })
  const adapters = openAdapters(installed, slots)
  closers.push(async () => { for (const adapter of adapters.values()) await closeAdapter(adapter) })
  const { db, url, embedded } = await openStore(opening)
  const books = createCodeBooks(db)
  const { queues, startWorker } = await openLaneQueues(opening, url, working ? adapters.size : 0)
  const attempts = createAttemptMetrics()
  const files = openFiles(config, { db, cleaning: role !== 'worker', log: limited })
  closeBounded(opening, 'files', () => files.janitor.close())
  const relay = createRelay({ db, queues, log: limited })
  closeBounded(opening, 'relay', () => relay.close())
  const workers = working ? startWorkers(opening, { db, adapters, books, files, attempts }, startWorker) : undefined
  if (workers !== undefined) closers.push(workers)
  const timers = startTimers(opening, { db, books, adapters, installed, queues, relay, slots })
  const watch = await startWatch(opening, { db, queues, adapters, embedded })
  await checkConnections(db, log)
  return {
    ...timers,
    db,
    adapters,
    installed,
    books,
    files,
    attempts,
    queues,
    relay,
    watch,
    numbers: createNumbers(db, { adapters: [...adapters.keys()], nearDueHours: config.nearDueHours }),
    stores: { database: embedded ? 'embedded' : 'external', queue: config.redisUrl === undefined ? 'postgresql' : 'redis' },
    drain: () => { void workers?.() }
  }
}

async function openLaneQueues (opening: Opening, databaseUrl: string, workers: number): ReturnType<typeof openQueue> {
  const { config, limited } = opening
  const queue = await openQueue({ redisUrl: config.redisUrl, databaseUrl, prefix: config.queuePrefix, workers, log: limited })
  closeBounded(opening, 'queue', () => queue.close())
  return queue
}

interface Watched {
  db: Database
  queues: LaneQueues
  adapters: Services['adapters']
  embedded: boolean
}

async function startWatch (opening: Opening, watched: Watched): Promise<Watch> {
  const { config, role, working, limited } = opening
  const watch = openWatch(config, { ...watched, log: limited, role, working })
  closeBounded(opening, 'watch', () => watch.close())
  await watch.begin()
  return watch
}
