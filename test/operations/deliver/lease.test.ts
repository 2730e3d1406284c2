// Mutual exclusion lives in PostgreSQL: two jobs for one lane are harmless, and who lost the lease writes nothing.
import { sql } from 'kysely'
import t from 'tap'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { createMigrated } from '../../support/database.js'
import { deliveryStates, startGateway, until, type TestGateway } from '../../support/gateway.js'
import { startPartner } from '../../support/partner.js'

const FIXTURES = new URL('../../fixtures/adapters/', import.meta.url)
t.setTimeout(120_000)

async function twoGateways (t: Parameters<typeof startGateway>[0], partnerUrl: string): Promise<[TestGateway, TestGateway]> {
  const databaseUrl = await createMigrated(t)
  const options = {
    databaseUrl,
    adaptersFolder: FIXTURES,
    adapterSettings: { ADAPTERS: 'first', ADAPTER_FIRST_BASE_URL: partnerUrl }
  }
  return [await startGateway(t, options), await startGateway(t, options)]
}

t.test('two jobs for one lane at once send once', async t => {
  const partner = await startPartner(t)
  partner.answer((_request, response) => { setTimeout(() => response.end('ok'), 700) })
  const [one, other] = await twoGateways(t, partner.url)
  await one.push(aDossier())
  await until(() => partner.received.length === 1)
  const { id } = await one.services.db.selectFrom('lanes').select('id').executeTakeFirstOrThrow()
  const { workLane } = await import('../../../src/operations/deliver/lane.js')
  const { createBreakers } = await import('../../../src/protection/breakers.js')
  const { createLeaseKeeper } = await import('../../../src/operations/deliver/lease-keeper.js')
  const leases = createLeaseKeeper({ db: other.services.db, owner: 'other', seconds: 3, onError: () => {} })
  t.teardown(() => leases.close())
  const adapter = other.services.adapters.get('first') as never
  const breakers = createBreakers({ db: other.services.db, owner: 'other' })
  const results = await Promise.all([1, 2, 3].map(() => workLane({ ...other.services, breakers, leases, log: other.app.log as never, random: () => 0.5 }, { adapter, laneId: id })))
  t.ok(results.every(result => result.kind === 'wait'), 'the others wait for the lease')
  await one.settled()
  t.equal(partner.received.length, 1)
})

t.test('a lane with many waiting revisions gives its worker back after ten, and goes on in order', async t => {
  const partner = await startPartner(t)
  const settings = { ADAPTERS: 'second', ADAPTER_SECOND_BASE_URL: partner.url }
  const gateway = await startGateway(t, { adaptersFolder: FIXTURES, adapterSettings: settings })
  await gateway.call({ method: 'POST', url: '/v1/adapters/second/pause' })
  const summaries = Array.from({ length: 12 }, (_, n) => `Lần ${n + 1}`)
  for (const summary of summaries) await gateway.push(aDossier({ summary }))
  await gateway.call({ method: 'POST', url: '/v1/adapters/second/resume' })
  await gateway.settled()
  t.strictSame(partner.received.map(({ body }) => body.revisionText), summaries)
})

t.test('who lost the lease writes nothing, and the lane goes on under the new holder', async t => {
  const partner = await startPartner(t)
  let calls = 0
  partner.answer((_request, response) => { setTimeout(() => response.end('ok'), ++calls === 1 ? 1200 : 0) })
  const [one] = await twoGateways(t, partner.url)
  await one.push(aDossier())
  await until(() => partner.received.length === 1)
  await sql`update lanes set lease_token = gen_random_uuid(), lease_until = clock_timestamp() + interval '1 second'`.execute(one.services.db)
  await one.settled()
  const attempts = await one.services.db.selectFrom('attempts').select('result').orderBy('number').execute()
  t.strictSame(attempts.map(row => row.result), ['interrupted', 'delivered'])
  t.strictSame(await deliveryStates(one.services), [`${codeOf(1)} 1 delivered`])
})

t.test('a call that must not be repeated and was cut with its process is held, with both choices explained', async t => {
  const partner = await startPartner(t)
  partner.answer((request, response) => { if (!request.path.startsWith('/steps')) response.end('ok') })
  const [one] = await twoGateways(t, partner.url)
  await one.push(aDossier({ progress: [aStep()] }))
  await until(() => partner.received.some(({ path }) => path.startsWith('/steps')))
  await sql`update lanes set lease_token = gen_random_uuid(), lease_until = clock_timestamp()`.execute(one.services.db)
  await until(async () => (await deliveryStates(one.services))[0]?.endsWith('held') === true)
  const { deliveries: [delivery] } = (await one.call({ url: `/v1/dossiers/${codeOf(1)}` })).json()
  t.match(delivery.lastFailure, { kind: 'uncertain', operation: 'steps', cure: /"arrived".*"not-arrived"/s })
  const actions = await one.services.db.selectFrom('audit_entries').select('action').orderBy('id').execute()
  t.match(actions.map(row => row.action), ['dossier.accepted', 'delivery.planned', 'delivery.attempted', 'delivery.interrupted', 'delivery.held'])
})
