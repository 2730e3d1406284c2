/** Redrive and cancel as an operator asks for them, with their audit rows. */
import { present } from '../model/present.js'
import { recordAudit, type AuditEntry } from '../db/audit.js'
import type { Database } from '../db/open.js'
import type { RedriveFilter } from './filter.sql.js'
import { cancel, redrive, type Cancelled, type CancelOptions, type Redriven, type RedriveOutcome } from './redriving.sql.js'

/** One transaction redrives at most so many; more is a job (src/redrive). */
export const REDRIVE_LIMIT = 1000

export async function redriveDeliveries (db: Database, filter: RedriveFilter, actor: string): Promise<RedriveOutcome> {
  return db.transaction().execute(async tx => {
    const result = await redrive(tx, filter, REDRIVE_LIMIT)
    await recordAudit(tx, redriveAudit(result.redriven, { actor }))
    return result
  })
}

/** One entry a delivery, of a job or not. */
export function redriveAudit (redriven: readonly Redriven[], { actor, redrive: job }: { actor: string, redrive?: string }): AuditEntry[] {
  return redriven.map(delivery => ({
    actor,
    action: delivery.state === 'queued' ? 'delivery.redriven' : 'delivery.superseded',
    ...present({ dossierCode: delivery.dossier_code ?? undefined }),
    deliveryId: delivery.id,
    adapter: delivery.adapter,
    details: { revision: delivery.revision, by: 'redrive', ...present({ redrive: job }) }
  }))
}

export async function cancelDelivery (db: Database, id: string, by: CancelOptions & { actor: string }): Promise<Cancelled | undefined> {
  return db.transaction().execute(async tx => {
    const cancelled = await cancel(tx, id, by)
    if (cancelled === undefined) return undefined
    await recordAudit(tx, [{
      actor: by.actor,
      action: 'delivery.cancelled',
      ...present({ dossierCode: cancelled.dossier_code ?? undefined }),
      deliveryId: id,
      adapter: cancelled.adapter,
      details: { revision: cancelled.revision, confirmSteps: by.confirmSteps }
    }])
    return cancelled
  })
}
