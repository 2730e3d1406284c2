// Whose turn it is: what falls due soonest goes first, and what is tried again goes behind new work (design §2.15).
import { sql } from 'kysely'
import t from 'tap'
import { dueLanes, refreshDueAt } from '../../../src/db/lanes.js'
import { createBreakers } from '../../../src/protection/breakers.js'
import { workLane } from '../../../src/operations/deliver/lane.js'
import { createLeaseKeeper } from '../../../src/operations/deliver/lease-keeper.js'
import { lanePriority } from '../../../src/operations/deliver/priority.js'
import { BACKENDS } from '../../support/backends.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { startGateway, until } from '../../support/gateway.js'
import { startPartner } from '../../support/partner.js'

t.setTimeout(60_000)
const adaptersFolder = new URL('../../fixtures/adapters/', import.meta.url)
const HOUR = 3_600_000
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR).toISOString()

for (const backend of BACKENDS) {
  t.test(`on ${backend.name}, what waits for a busy partner goes to it by due date`, { skip: backend.skip }, async t => {
    const partner = await startPartner(t)
    const gateway = await startGateway(t, {
      redisUrl: await backend.redisUrl(t),
      adaptersFolder,
      adapterSettings: { ADAPTERS: 'first', ADAPTER_FIRST_BASE_URL: partner.url, ADAPTER_FIRST_CONCURRENCY: '1' }
    })
    let open = (): void => {}
    const gate = new Promise<void>(resolve => { open = resolve })
    partner.answer((_request, response) => { void gate.then(() => response.end('ok')) })
    await gateway.push(aDossier({ code: codeOf(1) }))
    await until(() => partner.received.length === 1)
    await gateway.push(aDossier({ code: codeOf(2), dueAt: inHours(200) }))
    await gateway.push(aDossier({ code: codeOf(3), dueAt: inHours(120) }))
    await gateway.push(aDossier({ code: codeOf(4), dueAt: inHours(20) }))
    await gateway.push(aDossier({ code: codeOf(5), dueAt: inHours(2) }))
    await until(async () => (await gateway.services.queues.counts('first')).waiting === 4)
    open()
    await gateway.settled()
    // The one that kept the partner busy may have timed out and come again.
    t.strictSame(partner.received.map(({ body }) => body.code).filter(code => code !== codeOf(1)), [5, 4, 3, 2].map(codeOf))
  })
}

t.test('a lane knows how urgent it is when it is rung for new work, for a redrive, and by the sweep', async t => {
  const { services: { db }, push } = await startGateway(t, { role: 'api', adaptersFolder, adapterSettings: { ADAPTERS: 'first', ADAPTER_FIRST_BASE_URL: 'http://127.0.0.1:9' } })
  // PostgreSQL writes no zeros at the end of a fraction.
  const dueAt = inHours(300).replace(/\.\d+Z$/, '.123Z')
  await push(aDossier({ dueAt }))
  const { id } = await db.selectFrom('lanes').select('id').executeTakeFirstOrThrow()
  const refreshed = async (): Promise<unknown> => db.transaction().execute(async tx => (await refreshDueAt(tx, [id]))[0]?.urgency)
  const swept = async (): Promise<unknown> => (await dueLanes(db, 'first', { limit: 10, staleSeconds: 60 }))[0]?.urgency
  const due = { dueAt: `${dueAt.replace('Z', '')}+00:00` }
  t.match(await refreshed(), { ...due, retries: 0, redriven: false })
  await sql`update deliveries set retries = 3, planned_at = planned_at - interval '1 day'`.execute(db)
  t.match(await refreshed(), { ...due, retries: 3, redriven: true })
  await sql`update lanes set due_at = due_at - interval '10 minutes', rung_at = null`.execute(db)
  t.match(await swept(), { ...due, retries: 3, redriven: true, waited: false }, 'nobody has rung it')
  await sql`update lanes set rung_at = due_at + interval '1 minute'`.execute(db)
  t.match(await swept(), { ...due, waited: true }, 'it was rung, and its turn has not come')
  await sql`update deliveries set state = 'cancelled'`.execute(db)
  t.match(await swept(), { ...due, retries: 0, redriven: false }, 'a lane that is rung in vain is harmless')
})

t.test('a lane that waits for a retry has the priority of one', async t => {
  const partner = await startPartner(t)
  partner.answer((_request, response) => { response.writeHead(503).end() })
  const gateway = await startGateway(t, { role: 'api', adaptersFolder, adapterSettings: { ADAPTERS: 'first', ADAPTER_FIRST_BASE_URL: partner.url } })
  const { services, app } = gateway
  await gateway.push(aDossier({ dueAt: inHours(48) }))
  const { id } = await services.db.selectFrom('lanes').select('id').executeTakeFirstOrThrow()
  const leases = createLeaseKeeper({ db: services.db, owner: 'test', seconds: 30, onError: () => {} })
  t.teardown(() => leases.close())
  const result = await workLane({ ...services, breakers: createBreakers({ db: services.db, owner: 'test' }), leases, log: app.log as never, random: () => 0.5 }, { adapter: services.adapters.get('first') as never, laneId: id })
  if (result.kind !== 'wait') throw new Error('it must wait')
  const priorityOf = (retries: number, hours: number): number =>
    lanePriority({ dueAt: inHours(hours), since: new Date().toISOString(), retries, redriven: false, now: Date.now() })
  t.ok((result.priority ?? 0) > priorityOf(0, 10_000), 'behind all new work')
  t.ok((result.priority ?? 0) < priorityOf(1, 50), 'before a retry that is due later')
})
