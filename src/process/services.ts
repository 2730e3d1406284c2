/** Opens what a process of the gateway is made of, and closes it in the order in which nothing is lost. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import { createCatalogue, type Catalogue } from '../catalogue/schedule.js'
import { createCodeBooks, type CodeBooks } from '../codes/books.js'
import type { Config, Role } from '../config/gateway.js'
import { openEmbedded } from '../db/embedded.js'
import { migrate, schemaStatus } from '../db/migrate.js'
import { openDatabase, type Database } from '../db/open.js'
import { reserveSlots } from '../protection/rates.sql.js'
import { closeAdapter, installAdapters, openAdapters, openInbox } from '../adapters/activate.js'
import { createBreakers } from '../protection/breakers.js'
import type { DeliveryContext } from '../operations/deliver/context.js'
import { dossierAdapters } from '../adapters/dossier-adapters.js'
import { startHeldTimer } from '../operations/deliver/held-timer.js'
import { workLane } from '../operations/deliver/lane.js'
import { createLeaseKeeper } from '../operations/deliver/lease-keeper.js'
import { createRelay, type Relay } from '../operations/deliver/relay.js'
import { ADAPTERS_FOLDER } from '../adapters/registry.js'
import { createSweep, type Sweep } from '../operations/deliver/sweep.js'
import type { Rounds } from '../base/deadline.js'
import { startSequencer } from '../operations/notify/sequencer.js'
import type { SlotStore } from '../protection/rate.js'
import { startPolls, type Polls } from '../operations/poll/timer.js'
import { startRedriveRunner, type RedriveRunnerOptions } from '../redrive/runner.js'
import { startRunner, type RunnerOptions } from '../reconciliation/runner.js'
import { connectionUse, liveProcesses } from '../health/processes.sql.js'
import { createAttemptMetrics, type AttemptMetrics } from '../health/attempt-metrics.js'
import { sumConnections } from '../health/connections.js'
import { openFiles, type Files } from '../files/open.js'
import { createNumbers, type NumbersReader } from '../health/numbers.js'
import type { Watch } from '../health/watch.js'
import { ConfigError, SchemaError } from '../base/problem.js'
import { limitedLog } from '../base/log.js'
import type { LaneQueues } from '../queue/contract.js'
import { openQueue } from '../queue/open.js'
import { openWatch } from './watch.js'
import { closeInReverse, createStopClock, type Closer, type StopClock } from './stopper.js'
import type { ActiveAdapter, InstalledAdapter } from '../adapters/active-adapter.js'

export interface Services {
  db: Database
  /** Those that deliver. */
  adapters: ReadonlyMap<string, ActiveAdapter>
  /** All of them, also those that only receive. */
  installed: ReadonlyMap<string, InstalledAdapter>
  books: CodeBooks
  files: Files
  attempts: AttemptMetrics
  queues: LaneQueues
  relay: Relay
  sweep: Sweep
  /** Makes events of what was committed; `run` is one round now. */
  sequencer: Rounds
  catalogue: Catalogue
  polls: Polls
  watch: Watch
  numbers: NumbersReader
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
  const closeAll = async (): Promise<void> => closeInReverse(closers, error => {
    log.error({ event: 'gateway.stop-failed', message: error.message })
    process.exitCode = 1
  })
  try {
    return await open(config, role, { log, adaptersFolder, onLost, closers, closeAll, clock: createStopClock(config.graceSeconds * 1000, log) })
  } catch (error) {
    await closeAll()
    throw error
  }
}

interface Opening extends Required<ServicesOptions> {
  /** Run in reverse order. */
  closers: Closer[]
  closeAll: () => Promise<void>
  clock: StopClock
}

async function open (config: Config, role: Role, opening: Opening): Promise<Services> {
  const { log, adaptersFolder, closers, closeAll, clock } = opening
  const limited = limitedLog(log)
  // Opened before the database, so that a wrong setting is told at once; no call is made before that is open too.
  const slots: SlotStore = {
    reserve: async block => await reserveSlots(db, block),
    failed: (target, { message }) => { limited('rate.no-slots', { target, message }) }
  }
  const installed = await installAdapters({ environment: config.environment, wanted: config.adapters, folder: adaptersFolder })
  const adapters = openAdapters(installed, slots)
  closers.push(async () => { for (const adapter of adapters.values()) await closeAdapter(adapter) })
  const { url, embedded } = await databaseUrl(config, role, opening)
  const db = openDatabase({
    url,
    maxConnections: config.databaseConnections,
    applicationName: `lienthong-${role}`,
    onError: error => { limited('database.connection-lost', { message: error.message }) }
  })
  closers.push(clock.bounded('database', () => db.destroy()))
  const books = createCodeBooks(db)
  await prepareSchema(db, { apply: config.migrateOnStart || embedded, log })
  const working = role !== 'api' && !config.outboundPaused
  const queue = await openQueue({
    redisUrl: config.redisUrl,
    databaseUrl: url,
    prefix: config.queuePrefix,
    workers: working ? adapters.size : 0,
    log: limited
  })
  closers.push(clock.bounded('queue', () => queue.close()))
  const attempts = createAttemptMetrics()
  const files = openFiles(config, { db, cleaning: role !== 'worker', log: limited })
  closers.push(clock.bounded('files', () => files.janitor.close()))
  const relay = createRelay({ db, queues: queue.queues, log: limited })
  closers.push(clock.bounded('relay', () => relay.close()))
  const workers = working ? startWorkers({ clock, config, db, adapters, books, files, attempts, log }, queue.startWorker) : undefined
  if (workers !== undefined) closers.push(workers)
  if (working) closers.push(clock.bounded('held', startHeldTimer({ db, books, relay, adapters: [...adapters.values()], seconds: config.heldAskSeconds, owner: `${hostname()}/${process.pid}`, log: limited }).close))
  if (working) closers.push(clock.bounded('reconciliation', startReconciling({ config, db, adapters: dossierAdapters(adapters), books, log: limited })))
  const polls = startPolling({ db, installed: working ? installed : new Map(), slots, log: limited })
  closers.push(clock.bounded('polls', () => polls.close()))
  if (working) closers.push(clock.bounded('redrives', startRedriving({ db, relay, log: limited })))
  const sweep = createSweep({ db, queues: queue.queues, relay, adapters: [...adapters.keys()], seconds: config.sweepSeconds, log: limited })
  closers.push(clock.bounded('sweep', () => sweep.close()))
  const sequencer = startSequencer({ db, ring: relay.ring, log: limited })
  closers.push(clock.bounded('events', () => sequencer.close()))
  const { catalogueHours, catalogueDetails: details } = config
  const catalogue = createCatalogue({ db, adapters, hours: working ? catalogueHours : 0, details, log: limited, random: Math.random })
  closers.push(clock.bounded('catalogue', () => catalogue.close()))
  const watch = openWatch(config, { db, queues: queue.queues, adapters, log: limited, role, working, embedded })
  closers.push(clock.bounded('watch', () => watch.close()))
  await watch.begin()
  await checkConnections(db, log)
  return {
    db,
    adapters,
    installed,
    books,
    files,
    attempts,
    queues: queue.queues,
    relay,
    sweep,
    sequencer,
    catalogue,
    polls,
    watch,
    numbers: createNumbers(db, { adapters: [...adapters.keys()], nearDueHours: config.nearDueHours }),
    stores: { database: embedded ? 'embedded' : 'external', queue: config.redisUrl === undefined ? 'postgresql' : 'redis' },
    drain: () => { void workers?.() },
    close: closeAll
  }
}

async function databaseUrl (config: Config, role: Role, { log, closers, onLost }: Opening): Promise<{ url: string, embedded: boolean }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, embedded: false }
  if (role !== 'all') throw new ConfigError([`DATABASE_URL: missing; start:${role} shares a database with other processes`])
  const server = await openEmbedded({ dataDir: resolve(config.dataDir), log: message => { log.info({ event: 'database.embedded' }, message) }, onLost })
  closers.push(() => server.stop())
  return { url: server.url, embedded: true }
}

/** Brings the schema to this version where that is wanted; refuses to start on any other. */
async function prepareSchema (db: Database, { apply, log }: { apply: boolean, log: Logger }): Promise<void> {
  const status = await schemaStatus(db).catch(error => { throw unreachable(error as Error) })
  if (status.unknown.length > 0) {
    throw new SchemaError(`the database has migrations that this version does not know (${status.unknown.join(', ')}): it was written by a newer version. Start that version, or restore the backup made before the upgrade.`)
  }
  if (status.pending.length === 0) return
  if (!apply) {
    throw new SchemaError(`the database lacks migrations (${status.pending.join(', ')}). Run: npx lienthong migrate, or start with MIGRATE_ON_START=yes.`)
  }
  const applied = await migrate(db)
  log.info({ event: 'database.migrated', applied })
}

/** The address is not repeated: it may hold a password. */
function unreachable (error: Error & { code?: string }): ConfigError {
  return new ConfigError([`DATABASE_URL: the database does not answer (${error.code ?? error.message}). Check address, account and that the server runs.`])
}

/** A pool that cannot fill waits under load: better said at the start, for all processes together (design §2.4). */
async function checkConnections (db: Database, log: Logger): Promise<void> {
  const { ok, detail } = sumConnections(await liveProcesses(db), await connectionUse(db), 0)
  if (!ok) log.warn({ event: 'database.connections-short', detail }, 'the server may not have enough connections')
}

type StartWorker = Awaited<ReturnType<typeof openQueue>>['startWorker']

/** Only where deliveries are sent too: what may not call a partner may not ask it either. */
function startReconciling ({ config: { reconcile }, ...parts }: Pick<RunnerOptions, 'db' | 'adapters' | 'books' | 'log'> & { config: Config }): () => Promise<void> {
  const runner = startRunner({ ...parts, perMinute: reconcile.perMinute, daily: { at: reconcile.at, days: reconcile.days } })
  return async () => runner.close()
}

function startPolling ({ db, installed, slots, log }: Pick<RedriveRunnerOptions, 'db' | 'log'> & { installed: ReadonlyMap<string, InstalledAdapter>, slots: SlotStore }): Polls {
  const actor = `worker:${hostname()}/${process.pid}`
  return startPolls([...installed.values()].flatMap(adapter => openInbox(adapter, slots).map(opened => ({ ...opened, db, actor, log }))))
}

function startRedriving (parts: RedriveRunnerOptions): () => Promise<void> {
  const runner = startRedriveRunner(parts)
  return async () => runner.close()
}

/** Starts one worker an adapter. The closer waits for running calls, cuts them before the stop must end, and may be called twice. */
function startWorkers ({ clock, config, db, adapters, books, files, attempts, log }: Pick<DeliveryContext, 'db' | 'adapters' | 'books' | 'files' | 'attempts' | 'log'> & { config: Config, clock: StopClock }, startWorker: StartWorker): Closer {
  const leases = createLeaseKeeper({
    db,
    owner: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
    seconds: config.leaseSeconds,
    onError: error => { log.warn({ event: 'lease.renewal-failed', message: (error as Error).message }) }
  })
  const breakers = createBreakers({ db, owner: leases.owner })
  const context: DeliveryContext = { db, adapters, books, breakers, files, attempts, leases, log, random: Math.random }
  const workers = [...adapters.values()].map(adapter => startWorker({
    adapter: adapter.manifest.id,
    concurrency: adapter.limits.concurrency,
    lockSeconds: config.leaseSeconds,
    handle: laneId => workLane(context, { adapter, laneId })
  }))
  async function end (): Promise<void> {
    const cut = setTimeout(() => { leases.abortAll('the process is stopping') }, clock.left() - clock.reserve)
    await clock.bounded('workers', () => Promise.all(workers.map(worker => worker.close())))()
    clearTimeout(cut)
    await leases.close()
  }
  let ending: Promise<void> | undefined
  return async () => {
    ending ??= end()
    await ending
  }
}
