/** The timers of a process. Each works in one process at a time, under an advisory lock or a lease in the database. */
import { hostname } from 'node:os'
import { openInbox } from '../adapters/activate.js'
import type { ActiveAdapter, InstalledAdapter } from '../adapters/active-adapter.js'
import { dossierAdapters } from '../adapters/dossier-adapters.js'
import type { Rounds } from '../base/deadline.js'
import { forgetOldBulkJobs } from '../bulk/bulk-jobs.sql.js'
import { createCatalogue, type Catalogue } from '../catalogue/schedule.js'
import type { CodeBooks } from '../codes/books.js'
import type { Database } from '../db/open.js'
import { forgetOldKeys } from '../dossier/idempotency.sql.js'
import { startHeldTimer } from '../operations/deliver/held-timer.js'
import type { Relay } from '../operations/deliver/relay.js'
import { createSweep, type Sweep } from '../operations/deliver/sweep.js'
import { startSequencer } from '../operations/notify/sequencer.js'
import { startPolls, type Polls } from '../operations/poll/timer.js'
import type { SlotStore } from '../protection/rate.js'
import type { LaneQueues } from '../queue/contract.js'
import { startRunner } from '../reconciliation/runner.js'
import { startRedriveRunner } from '../redrive/runner.js'
import { closeBounded, type Opening } from './opening.js'

export interface TimerParts {
  db: Database
  books: CodeBooks
  adapters: ReadonlyMap<string, ActiveAdapter>
  installed: ReadonlyMap<string, InstalledAdapter>
  queues: LaneQueues
  relay: Relay
  slots: SlotStore
}

export interface Timers {
  sweep: Sweep
  sequencer: Rounds
  catalogue: Catalogue
  polls: Polls
}

/** Bounds one round of cleaning up: a backlog must not make it endless. */
const KEYS_PER_ROUND = 1000
/** One may have as many rejected lines as its body has lines. */
const BULK_JOBS_PER_ROUND = 5

/** Closed in reverse order. What may call no partner has no timer that would. */
export function startTimers (opening: Opening, parts: TimerParts): Timers {
  const { working } = opening
  if (working) startAskingAboutHeld(opening, parts)
  if (working) startReconciling(opening, parts)
  const polls = startPolling(opening, parts)
  if (working) startRedriving(opening, parts)
  return { polls, sweep: startSweep(opening, parts), sequencer: startEvents(opening, parts), catalogue: startCatalogue(opening, parts) }
}

function startAskingAboutHeld (opening: Opening, { db, books, relay, adapters }: TimerParts): void {
  const { config, limited } = opening
  const timer = startHeldTimer({
    db, books, relay, adapters: [...adapters.values()], seconds: config.heldAskSeconds, owner: `${hostname()}/${process.pid}`, log: limited
  })
  closeBounded(opening, 'held', timer.close)
}

function startReconciling (opening: Opening, { db, books, adapters }: TimerParts): void {
  const { config: { reconcile: { perMinute, at, days } }, limited } = opening
  const runner = startRunner({ db, books, adapters: dossierAdapters(adapters), log: limited, perMinute, daily: { at, days } })
  closeBounded(opening, 'reconciliation', async () => runner.close())
}

/** In a process that does not deliver nothing is polled: what may not call a partner may not ask it either. */
function startPolling (opening: Opening, { db, installed, slots }: TimerParts): Polls {
  const { working, limited } = opening
  const actor = `worker:${hostname()}/${process.pid}`
  const inboxes = working ? [...installed.values()].flatMap(adapter => openInbox(adapter, slots)) : []
  const polls = startPolls(inboxes.map(opened => ({ ...opened, db, actor, log: limited })))
  closeBounded(opening, 'polls', () => polls.close())
  return polls
}

function startRedriving (opening: Opening, { db, relay }: TimerParts): void {
  const runner = startRedriveRunner({ db, relay, log: opening.limited })
  closeBounded(opening, 'redrives', async () => runner.close())
}

function startSweep (opening: Opening, { db, queues, relay, adapters }: TimerParts): Sweep {
  const { config, limited } = opening
  const sweep = createSweep({
    db,
    queues,
    relay,
    adapters: [...adapters.keys()],
    seconds: config.sweepSeconds,
    log: limited,
    chores: [async db => forgetOldKeys(db, KEYS_PER_ROUND), async db => forgetOldBulkJobs(db, BULK_JOBS_PER_ROUND)]
  })
  closeBounded(opening, 'sweep', () => sweep.close())
  return sweep
}

function startEvents (opening: Opening, { db, relay }: TimerParts): Rounds {
  const sequencer = startSequencer({ db, ring: relay.ring, log: opening.limited })
  closeBounded(opening, 'events', () => sequencer.close())
  return sequencer
}

function startCatalogue (opening: Opening, { db, adapters }: TimerParts): Catalogue {
  const { config: { catalogueHours, catalogueDetails: details }, working, limited } = opening
  const catalogue = createCatalogue({ db, adapters, hours: working ? catalogueHours : 0, details, log: limited, random: Math.random })
  closeBounded(opening, 'catalogue', () => catalogue.close())
  return catalogue
}
