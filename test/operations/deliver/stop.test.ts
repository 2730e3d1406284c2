// A stop while calls run: what ends within the grace time is recorded; what is cut costs nothing and goes on later.
import t, { type Test } from 'tap'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { createMigrated } from '../../support/database.js'
import { deliveryStates, startGateway, until, type TestGateway } from '../../support/gateway.js'
import { startPartner, type Partner } from '../../support/partner.js'
import { stopwatch } from '../../support/clock.js'

t.setTimeout(60_000)
t.jobs = 4

interface Stand {
  partner: Partner
  start: () => Promise<TestGateway>
}

async function open (t: Test): Promise<Stand> {
  const partner = await startPartner(t)
  const databaseUrl = await createMigrated(t)
  return {
    partner,
    start: () => startGateway(t, {
      databaseUrl,
      adaptersFolder: new URL('../../fixtures/adapters/', import.meta.url),
      environment: { GRACE_SECONDS: '3', LEASE_SECONDS: '60' },
      adapterSettings: { ADAPTERS: 'first', ADAPTER_FIRST_BASE_URL: partner.url, ADAPTER_FIRST_CALL_TIMEOUT_MS: '30000', ADAPTER_FIRST_CONCURRENCY: '1' }
    })
  }
}

async function attempts (gateway: TestGateway): Promise<Array<{ result: string | null, failure_code: string | null }>> {
  return gateway.services.db.selectFrom('attempts').select(['result', 'failure_code']).orderBy('id').execute()
}

t.test('a call that ends within the grace time is recorded, and no further lane is taken', { buffered: true }, async t => {
  const { partner, start } = await open(t)
  let end = (): void => {}
  partner.answer((_request, response) => {
    if (partner.received.length > 1) response.end('ok')
    else end = () => { response.end('ok') }
  })
  const gateway = await start()
  await gateway.push(aDossier({ code: codeOf(1) }))
  await until(() => partner.received.length === 1)
  await gateway.push(aDossier({ code: codeOf(2) }))
  setTimeout(() => { end() }, 400)
  await gateway.close()
  t.equal(partner.received.length, 1)
  const next = await start()
  await next.settled()
  t.strictSame(await deliveryStates(next.services), [`${codeOf(1)} 1 delivered`, `${codeOf(2)} 1 delivered`])
  t.strictSame((await attempts(next)).map(({ result }) => result), ['delivered', 'delivered'])
})

t.test('a call that outlasts the grace time is cut, counts toward no budget, and is made again after the restart', { buffered: true }, async t => {
  const { partner, start } = await open(t)
  partner.answer((_request, response) => { if (partner.received.length > 1) response.end('ok') })
  const gateway = await start()
  await gateway.push(aDossier())
  await until(() => partner.received.length === 1)
  const passed = stopwatch()
  await gateway.close()
  t.ok(passed() < 10_000, 'the stop waits for the grace time, not for the call')
  const next = await start()
  await next.settled()
  t.strictSame(await deliveryStates(next.services), [`${codeOf(1)} 1 delivered`])
  t.match(await attempts(next), [{ result: 'retrying', failure_code: 'interrupted' }, { result: 'delivered', failure_code: null }])
  const row = await next.services.db.selectFrom('deliveries').select(['own_failures', 'retries']).executeTakeFirstOrThrow()
  t.strictSame(row, { own_failures: 0, retries: 0 })
})

t.test('a cut call that must not be repeated is held for a person, who redrives it', { buffered: true }, async t => {
  const { partner, start } = await open(t)
  let hang = true
  partner.answer(({ path }, response) => { if (!path.startsWith('/steps') || !hang) response.end('ok') })
  const gateway = await start()
  await gateway.push(aDossier({ progress: [aStep()] }))
  await until(() => partner.received.some(({ path }) => path.startsWith('/steps')))
  await gateway.close()
  hang = false
  const next = await start()
  t.strictSame(await deliveryStates(next.services), [`${codeOf(1)} 1 held`])
  const { deliveries: [delivery] } = (await next.call({ url: `/v1/dossiers/${codeOf(1)}` })).json()
  t.match(delivery.lastFailure, { kind: 'uncertain', operation: 'steps', cure: /"arrived".*"not-arrived"/s })
  await next.call({ method: 'POST', url: '/v1/deliveries/redrive', payload: { state: 'held' } })
  await next.settled()
  t.strictSame(await deliveryStates(next.services), [`${codeOf(1)} 1 delivered`])
})

t.test('a question to the partner that is cut by the stop costs nothing either', { buffered: true }, async t => {
  const { partner, start } = await open(t)
  let lost = false
  partner.answer(({ path }, response) => {
    if (!lost || path.endsWith('/create')) response.end('ok')
    else if (path.endsWith('/update')) response.end('missing')
  })
  const gateway = await start()
  await gateway.push(aDossier())
  await gateway.settled()
  lost = true
  await gateway.push(aDossier({ summary: 'Hai' }))
  await until(() => partner.received.some(({ path }) => path.startsWith('/exists')))
  await gateway.close()
  lost = false
  const next = await start()
  await next.settled()
  const row = await next.services.db.selectFrom('deliveries').select(['state', 'retries']).where('revision', '=', 2).executeTakeFirstOrThrow()
  t.equal(row.state, 'delivered')
  t.equal(row.retries, 0, 'no retry was counted')
})
