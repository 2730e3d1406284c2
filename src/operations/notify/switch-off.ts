/** Switching an endpoint off: nothing is planned for it any more, and what waits is cancelled. The events stay. */
import { present } from '../../model/present.js'
import { recordAudit } from '../../db/audit.js'
import { cancelWaiting, disableEndpoint, type SwitchOff } from './endpoints.sql.js'
import type { Database, Tx } from '../../db/open.js'

export async function switchOff (db: Database, id: string, by: SwitchOff): Promise<void> {
  await db.transaction().execute(async tx => { await switchOffIn(tx, id, by) })
}

/** Audited once, with what it cost. */
export async function switchOffIn (tx: Tx, id: string, { actor, code }: SwitchOff): Promise<void> {
  if (!await disableEndpoint(tx, id, { actor, code })) return
  const { count } = await cancelWaiting(tx, id, actor)
  await recordAudit(tx, [{ actor, action: 'endpoint.disabled', details: { endpoint: id, cancelled: count, ...present({ code: code ?? undefined }) } }])
}
