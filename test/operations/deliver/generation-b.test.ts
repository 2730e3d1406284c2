// Deliveries over a wrapper of generation B, from the push to the sandbox, on the queue without Redis.
import t, { type Test } from 'tap'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { deliveryStates, startGateway, startSandbox, wrapperSettings, type Sandbox, type TestGateway } from '../../support/gateway.js'

const CODE = codeOf(1)
t.setTimeout(120_000)

interface Place {
  gateway: TestGateway
  portal: Sandbox
}

async function start (t: Test, changed: Record<string, string> = {}): Promise<Place> {
  const { sandbox: portal, url } = await startSandbox(t)
  return { portal, gateway: await startGateway(t, { adapterSettings: { ...wrapperSettings(url), ...changed } }) }
}

t.test('a dossier is created with its steps, then updated', async t => {
  const { gateway, portal } = await start(t)
  await gateway.push(aDossier({ progress: [aStep()] }))
  await gateway.settled()
  await gateway.push(aDossier({ status: 'finished', finishedAt: '2026-11-10T10:00:00+07:00' }))
  await gateway.settled()
  t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 delivered`, `${CODE} 2 delivered`])
  t.match(portal.store.dossier(CODE), { creates: 1, updates: 1, stepCount: 1, duplicatedSteps: 0 })
  t.equal(portal.summary().logins, 0)
})

t.test('an answer lost after the work was done leads to one dossier, not two', async t => {
  const { gateway, portal } = await start(t)
  portal.faults.add({ kind: 'lost-answer', times: 1, match: { isUpdating: 'False' } })
  await gateway.push(aDossier())
  await gateway.settled()
  t.match(portal.store.dossier(CODE), { creates: 1, updates: 1, duplicatedCreates: 1 })
  t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 delivered`])
})

t.test('a dossier that the portal has lost is created again, once the lookup says so', async t => {
  const { gateway, portal } = await start(t)
  await gateway.push(aDossier())
  await gateway.settled()
  portal.store.forget(CODE)
  await gateway.push(aDossier({ summary: 'Trích yếu mới' }))
  await gateway.settled()
  t.match(portal.store.dossier(CODE), { creates: 1, updates: 0 })
})

t.test('the operator\'s test names a token that the wrapper does not take', async t => {
  const { gateway, portal } = await start(t, { ADAPTER_NATIONAL_PORTAL_AUTHORIZATION: 'bearer', ADAPTER_NATIONAL_PORTAL_TOKEN: 'dung-thu-token' })
  const test = async (): Promise<object> => (await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/test', payload: {} })).json()
  portal.settings.change({ wrapperToken: 'dung-thu-token' })
  const good = await test()
  portal.settings.change({ wrapperToken: 'ma-khac' })
  t.match([good, await test()], [{ ok: true, rule: 'portal.probe' }, { ok: false, code: 'token-not-accepted' }])
})
