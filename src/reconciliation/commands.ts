/** What operators ask of reconciliations, with its audit entries. */
import { present } from '../model/present.js'
import { recordAudit } from '../db/audit.js'
import type { RingableLane } from '../db/lanes.js'
import type { Database } from '../db/open.js'
import { createReconciliation, endReconciliation, type ListedDossier, type ReconciliationScope } from './reconciliations.sql.js'
import { countResendable, resend, type Resent } from './resending.sql.js'

/** What sending the newest revision mends. */
export const REPAIRABLE = ['missing-there', 'stale-there'] as const

/** One transaction repairs at most so many. */
const REPAIR_LIMIT = 1000

export async function startReconciliation (db: Database, scope: ReconciliationScope, by: { actor: string, list: readonly ListedDossier[] | undefined }): Promise<string> {
  return db.transaction().execute(async tx => {
    const id = await createReconciliation(tx, scope, by)
    const { adapter, ...rest } = scope
    await recordAudit(tx, [{ actor: by.actor, action: 'reconciliation.started', adapter, details: { reconciliation: id, ...rest, ...present({ listed: by.list?.length }) } }])
    return id
  })
}

/** False when it was over. */
export async function cancelReconciliation (db: Database, id: string, actor: string): Promise<boolean> {
  return db.transaction().execute(async tx => {
    const cancelled = await endReconciliation(tx, id, 'cancelled')
    if (cancelled) await recordAudit(tx, [{ actor, action: 'reconciliation.cancelled', details: { reconciliation: id } }])
    return cancelled
  })
}

export interface Repair {
  id: string
  adapter: string
  verdicts: readonly string[]
  actor: string
}

export interface Repaired {
  resent: Resent[]
  lanes: RingableLane[]
  /** Still to be repaired; a dossier with a newer delivery on its way is among them. */
  left: number
}

export async function repair (db: Database, { id, adapter, verdicts, actor }: Repair): Promise<Repaired> {
  return db.transaction().execute(async tx => {
    const { resent, lanes } = await resend(tx, { reconciliationId: id, adapter, verdicts, limit: REPAIR_LIMIT })
    await recordAudit(tx, resent.map(({ delivery_id: deliveryId, dossier_code: dossierCode, revision, verdict }) => ({
      actor, action: 'delivery.redriven' as const, dossierCode, deliveryId, adapter, details: { revision, by: 'reconciliation', reconciliation: id, verdict }
    })))
    return { resent, lanes, left: await countResendable(tx, { reconciliationId: id, adapter, verdicts }) }
  })
}

export async function countRepairs (db: Database, { id, adapter, verdicts }: Omit<Repair, 'actor'>): Promise<number> {
  return db.transaction().execute(async tx => countResendable(tx, { reconciliationId: id, adapter, verdicts }))
}
