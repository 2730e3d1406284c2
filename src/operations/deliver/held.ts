/**
 * Held deliveries are resolved by asking the partner where it can be asked, else by an operator who has looked there. Either
 * way the lane goes on by itself: with what is left when the call had arrived, with the call again when it had not.
 */
import { toHanoi } from '../../model/dates.js'
import { recordAudit } from '../../db/audit.js'
import { askAgainLater, heldToAsk, resolveHeld, type HeldDelivery, type Resolution, type Resolved } from './held.sql.js'
import type { Database } from '../../db/open.js'
import type { CodeBooks } from '../../codes/books.js'
import { unsignedLink } from '../../files/links.js'
import { mapDossier } from '../../adapters/mapping.js'
import { withAccountOf } from '../../adapters/accounts.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'
import type { LimitedLog } from '../../base/log.js'
import type { PlannedCall } from '../../adapter-kit/contract/deliver.js'

export interface ResolveRequest {
  id: string
  adapter: ActiveAdapter
  resolution: Resolution
  actor: string
  /** How it is known: somebody looked, or the partner was asked. */
  by: 'operator' | 'partner'
}

/** Undefined when the delivery is not held. */
export async function resolveDelivery (db: Database, { id, adapter, resolution, actor, by }: ResolveRequest): Promise<Resolved | undefined> {
  const upserts = Object.entries(adapter.manifest.deliver.calls).filter(([, call]) => call.upsert).map(([operation]) => operation)
  return db.transaction().execute(async tx => {
    const resolved = await resolveHeld(tx, id, { resolution, upserts })
    if (resolved === undefined) return undefined
    await recordAudit(tx, [{
      actor,
      action: 'delivery.resolved',
      dossierCode: resolved.dossier_code,
      deliveryId: id,
      adapter: resolved.adapter,
      details: { revision: resolved.revision, resolution, by }
    }])
    return resolved
  })
}

export interface HeldQuestion {
  db: Database
  books: CodeBooks
  adapter: ActiveAdapter
  signal: AbortSignal
  log: LimitedLog
}

/** What the partner says; undefined when it cannot be asked or does not answer: silence is never "no". */
export async function askWhetherArrived ({ books, adapter, signal, log }: HeldQuestion, held: HeldDelivery): Promise<boolean | undefined> {
  const asked = await callOf({ books, adapter }, held)
  if (asked === undefined) return undefined
  try {
    return await asked.client.arrived?.(asked.call, held.dossier_code, signal)
  } catch (error) {
    // The name alone: the text may quote the dossier. A defect of the adapter is told here, and is no answer either.
    log('held.unanswered', { adapter: adapter.manifest.id, deliveryId: held.id, error: (error as Error).name })
    return undefined
  }
}

/** The unanswered call as today's mapping writes it; undefined where it does not write it any more. */
async function callOf ({ books, adapter }: Pick<HeldQuestion, 'books' | 'adapter'>, held: HeldDelivery): Promise<{ call: PlannedCall, client: ActiveAdapter['client'] } | undefined> {
  const book = (await books.refresh([adapter]))(adapter)
  const dossier = held.content
  const active = withAccountOf(adapter, { dossier, book, on: toHanoi(new Date()).slice(0, 10) })
  const steps = held.steps.map(({ stepId, content }) => ({ ...content, id: stepId }))
  const call = mapDossier(active, { dossier, steps, fileLink: unsignedLink }, book).calls.find(({ operation }) => operation === held.operation)
  return call === undefined ? undefined : { call, client: active.client }
}

/** A partner that does not answer is asked again after this. */
const ASK_AGAIN_SECONDS = 300
const ASKED_PER_ROUND = 20

/** Asks about held deliveries of an adapter that are due for it, one after the other. Returns what was resolved. */
export async function askAboutHeld (asking: HeldQuestion, actor: string): Promise<Resolved[]> {
  const { db, adapter } = asking
  if (adapter.client.arrived === undefined) return []
  const resolved: Resolved[] = []
  for (const held of await heldToAsk(db, adapter.manifest.id, { limit: ASKED_PER_ROUND })) {
    // A stop, or the end of the round: what was not asked is not put off either.
    if (asking.signal.aborted) break
    const arrived = await askWhetherArrived(asking, held)
    if (arrived === undefined) await askAgainLater(db, held.id, ASK_AGAIN_SECONDS)
    else {
      const one = await resolveDelivery(db, { id: held.id, adapter, resolution: arrived ? 'arrived' : 'not-arrived', actor, by: 'partner' })
      if (one !== undefined) resolved.push(one)
    }
  }
  return resolved
}
