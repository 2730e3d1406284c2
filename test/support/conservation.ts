import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Test } from 'tap'
import type { Database } from '../../src/db/open.js'
import { shownEntry } from '../../src/sandbox/request-log.js'
import type { Sandbox } from './gateway.js'

/**
 * Waits until the portal has read all that a killed process had sent. It is served by the test's own process: on a busy
 * machine it might else see the dead process's call after those of the next one, which is no fault of the gateway's.
 */
export async function readToTheEnd ({ log }: Sandbox): Promise<void> {
  for (let seen = -1; log.total() !== seen;) {
    seen = log.total()
    await delay(200)
  }
}

/** What must hold after whatever happened: nothing lost, nothing created twice, order kept, every fact on the log. */
export async function checkConservation (t: Test, db: Database, sandbox: Sandbox): Promise<void> {
  await checkStates(t, db)
  await checkAudit(t, db)
  const codes = await db.selectFrom('dossiers').select('code').execute()
  const sequences = revisionSequences(sandbox)
  let lost = 0
  let created = 0
  let disordered = 0
  for (const { code } of codes) {
    const held = sandbox.store.dossier(code)
    if (held === undefined) lost++
    if (held?.creates !== 1) created++
    if (held !== undefined && (held.lateSteps > 0 || !ascending(sequences.get(code) ?? []))) disordered++
  }
  t.equal(lost, 0, 'every delivered dossier is at the portal')
  t.equal(created, 0, 'every dossier was created exactly once')
  t.equal(disordered, 0, 'revisions and steps arrived in order')
}

/** Tests end the summary with the revision's number: the sequence the portal saw must never go back. */
function revisionSequences (sandbox: Sandbox): Map<string, number[]> {
  const sequences = new Map<string, number[]>()
  for (const entry of sandbox.log.list({ service: 'DongBoHoSoMC', after: 0, limit: Number.MAX_SAFE_INTEGER })) {
    const { body } = shownEntry(entry) as { body?: { data?: Array<{ MaHoSo: string, TrichYeuHoSo: string }> } }
    for (const { MaHoSo: code, TrichYeuHoSo: summary } of body?.data ?? []) {
      sequences.set(code, [...sequences.get(code) ?? [], Number(/\d+$/.exec(summary)?.[0] ?? 0)])
    }
  }
  return sequences
}

function ascending (numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] ?? 0))
}

/** What a lane's baseline told was never planned (README: states add up to what was planned). */
export async function checkStates (t: Test, db: Database): Promise<void> {
  const { rows: [sums] } = await sql<{ planned: string, ended: string, leased: string, open_attempts: string }>`
    select (select count(*) from lanes l join revisions r on r.dossier_id = l.dossier_id
              where l.baseline_id is null or r.revision > 1) as planned,
           (select count(*) from deliveries where event_id is null and state in ('delivered', 'refused', 'failed', 'held', 'superseded', 'cancelled')) as ended,
           (select count(*) from lanes where lease_until > clock_timestamp()) as leased,
           (select count(*) from attempts where ended_at is null) as open_attempts`.execute(db)
  t.equal(sums?.ended, sums?.planned, 'every planned delivery (adapter × revision) has ended in one state')
  t.equal(sums?.leased, '0', 'no lease is left')
  t.equal(sums?.open_attempts, '0', 'no attempt is left open')
}

/** Each state of a delivery is told by an entry of the transaction that made it so. */
export async function checkAudit (t: Test, db: Database): Promise<void> {
  const { rows: [gaps] } = await sql<{ unplanned: string, untold: string, attempts: string }>`
    select
      (select count(*) from deliveries d where not exists (select from audit_entries a where a.delivery_id = d.id and a.action = 'delivery.planned')) as unplanned,
      (select count(*) from deliveries d where d.state in ('delivered', 'refused', 'failed', 'held', 'superseded')
         and not exists (select from audit_entries a where a.delivery_id = d.id and a.action = 'delivery.' || d.state)) as untold,
      (select count(*) from attempts t where not exists (select from audit_entries a where a.delivery_id = t.delivery_id
         and a.action = 'delivery.attempted' and (a.details->>'attempt')::int = t.number)) as attempts`.execute(db)
  t.strictSame(gaps, { unplanned: '0', untold: '0', attempts: '0' }, 'the audit log tells of every plan, attempt and end')
}
