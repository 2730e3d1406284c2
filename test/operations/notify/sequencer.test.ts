// The sequencer on a real database: every committed fact becomes one event, in an order in which no reader misses any.
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { recordAudit, type AuditEntry } from '../../../src/db/audit.js'
import { insertEndpoint } from '../../../src/operations/notify/endpoints.sql.js'
import { listEvents } from '../../../src/operations/notify/events.sql.js'
import type { Database } from '../../../src/db/open.js'
import { sequenceBatch } from '../../../src/operations/notify/sequencer.js'
import { openTestDatabase } from '../../support/database.js'
import { until } from '../../support/gateway.js'

const { db } = await openTestDatabase(t)
const wishes = { url: 'http://127.0.0.1:1/', description: null, types: [], agency: null, ownDossiersOnly: false }
await db.transaction().execute(async tx => { await insertEndpoint(tx, { adapter: 'provincial-portal', clientId: 'mot-cua', wishes }) })

function inbound (dossierCode: string, event = 'dossier.received'): AuditEntry {
  return { actor: 'national', action: 'inbound.accepted', dossierCode, adapter: 'national-portal', details: { event, inbound: '1', facts: {} } }
}

/** Batches until nothing is new; small ones, so that there are several. */
async function sequenceAll (on: Database = db, limit = 3): Promise<void> {
  for (let more = true; more;) more = (await sequenceBatch(on, limit)).more
}

/** Facts are read once no older transaction runs any more, and other tests of this server have some. */
async function sequencedWhen (codes: readonly string[]): Promise<void> {
  await until(async () => {
    await sequenceAll()
    return (await told()).filter(code => codes.includes(code)).length >= codes.length
  })
}

async function told (): Promise<string[]> {
  return (await listEvents(db, { after: 0, limit: 1000 })).map(({ data }) => String(data['dossierCode']))
}

/** Every event and its delivery once, numbers without a gap, deliveries in the order of their events. */
async function checkWhole (t: Test): Promise<void> {
  const { rows: [sums] } = await sql<{ events: number, facts: number, highest: number, planned: number }>`
    select (select count(*)::int from events) as events, (select coalesce(max(id), 0) from events) as highest,
      (select count(*)::int from audit_entries where action = 'inbound.accepted') as facts,
      (select count(*)::int from deliveries where event_id is not null) as planned`.execute(db)
  t.strictSame(sums, { events: sums?.facts, facts: sums?.facts, highest: sums?.facts, planned: sums?.facts }, 'every fact is one event, numbered without a gap, and planned once')
}

t.test('two sequencers at once number every fact exactly once', async t => {
  // Several of one dossier in a batch share a lane.
  const codes = Array.from({ length: 40 }, (_, index) => `TWO-${Math.floor(index / 2)}`)
  await recordAudit(db, codes.map(code => inbound(code)))
  await until(async () => {
    await Promise.all([sequenceAll(), sequenceAll(), sequenceAll()])
    return (await told()).length >= codes.length
  })
  t.strictSame((await told()).filter(code => code.startsWith('TWO-')), codes, 'in their order')
  await checkWhole(t)
})

t.test('a transaction that commits late is not passed over, and what began after it waits for it', async t => {
  let finish: () => void = () => {}
  const released = new Promise<void>(resolve => { finish = resolve })
  let begun: () => void = () => {}
  const written = new Promise<void>(resolve => { begun = resolve })
  const late = db.transaction().execute(async tx => {
    await recordAudit(tx, [inbound('LATE')])
    begun()
    await released
  })
  await written
  await recordAudit(db, [inbound('AFTER')])
  await sequenceAll()
  t.notOk((await told()).includes('AFTER'), 'a reader that saw it would never see the late one')
  finish()
  await late
  await sequencedWhen(['LATE', 'AFTER'])
  t.strictSame((await told()).slice(-2), ['LATE', 'AFTER'])
  await checkWhole(t)
})

t.test('a process that dies between events and cursor leaves nothing, and the next one does it once', async t => {
  await recordAudit(db, [inbound('CRASH-1'), inbound('CRASH-2')])
  const before = await told()
  // Holds the planning up: events are written by then, the cursor is not moved.
  const held = await db.startTransaction().execute()
  await sql`lock table lanes in access exclusive mode`.execute(held)
  const blocked = async (): Promise<number[]> => (await sql<{ pid: number }>`
    select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into lanes%'`.execute(db)).rows.map(({ pid }) => pid)
  let dying = sequenceAll(db, 500).catch(() => {})
  await until(async () => {
    if ((await blocked()).length > 0) return true
    // Another database's transaction may have hidden the facts from the first try.
    await Promise.race([dying.then(() => { dying = sequenceAll(db, 500).catch(() => {}) }), delay(50)])
    return false
  })
  for (const pid of await blocked()) await sql`select pg_terminate_backend(${pid})`.execute(db)
  await dying
  await held.rollback().execute()
  t.strictSame(await told(), before, 'nothing of it is left')
  await sequencedWhen(['CRASH-1', 'CRASH-2'])
  t.strictSame((await told()).filter(code => code.startsWith('CRASH-')), ['CRASH-1', 'CRASH-2'])
  await checkWhole(t)
})

t.test('a fact that is rolled back is no event', async t => {
  await db.transaction().execute(async tx => {
    await recordAudit(tx, [inbound('ROLLED-BACK')])
    throw new Error('no')
  }).catch(() => {})
  await recordAudit(db, [inbound('COMMITTED')])
  await sequencedWhen(['COMMITTED'])
  t.notOk((await told()).includes('ROLLED-BACK'))
})

t.test('events of one dossier code share a lane before and after there is such a dossier', async t => {
  await recordAudit(db, [inbound('NEW-1')])
  await sequencedWhen(['NEW-1'])
  await sql`insert into dossiers (code, client_id, agency_code, procedure_code, revision, content_hash) values ('NEW-1', 'mot-cua', '000.00.14.H15', '1.1', 0, ''::bytea)`.execute(db)
  await recordAudit(db, [inbound('NEW-1', 'payment.confirmed')])
  await until(async () => {
    await sequenceAll()
    return (await listEvents(db, { after: 0, clientId: 'mot-cua', limit: 10 })).length === 1
  })
  const { rows } = await sql<{ type: string, lanes: number }>`
    select e.type, (select count(*)::int from lanes where subject = 'NEW-1') as lanes from deliveries d join events e on e.id = d.event_id
    where e.dossier_code = 'NEW-1' order by d.revision`.execute(db)
  t.strictSame(rows, [{ type: 'dossier.received', lanes: 1 }, { type: 'payment.confirmed', lanes: 1 }])
  t.match(await listEvents(db, { after: 0, agency: 'H15.14', limit: 10 }), [{ type: 'payment.confirmed' }], 'agency and client are known from then on')
})

t.test('a database that came as a dump from an older server goes on: what was not told is, what was is not again', async t => {
  const { db: restored } = await openTestDatabase(t)
  const brought = async (code: string, xid: string): Promise<void> => {
    await sql`
      insert into audit_entries (xid, actor, action, dossier_code, details)
      values (${xid}::xid8, 'national', 'inbound.accepted', ${code}, '{"event":"dossier.received","inbound":"1"}')`.execute(restored)
  }
  // The first xid is one that this server has had too.
  await brought('TOLD-EARLY', '3')
  await brought('TOLD', '900000000001')
  await sql`update event_cursor set xid = '900000000001', audit_id = (select max(id) from audit_entries)`.execute(restored)
  await brought('UNTOLD', '900000000002')
  await recordAudit(restored, [inbound('SINCE')])
  const codes = async (): Promise<unknown[]> => (await listEvents(restored, { after: 0, limit: 10 })).map(({ data }) => data['dossierCode'])
  await until(async () => {
    await sequenceAll(restored)
    return (await codes()).length >= 2
  })
  await recordAudit(restored, [inbound('LATER')])
  await until(async () => {
    await sequenceAll(restored)
    return (await codes()).length >= 3
  })
  t.strictSame(await codes(), ['UNTOLD', 'SINCE', 'LATER'])
})
