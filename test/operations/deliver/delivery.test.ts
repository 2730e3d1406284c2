// A delivery from the push to the portal, on both queue backends, against the sandbox over real HTTP.
import t, { type Test } from 'tap'
import type { FaultRule } from '../../../src/sandbox/fault-rules.js'
import { BACKENDS } from '../../support/backends.js'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { deliveryStates, startGateway, until, type GatewayOptions, type TestGateway } from '../../support/gateway.js'
import type { DeliverOperation } from '../../../src/adapter-kit/contract/deliver.js'

const CODE = codeOf(1)
t.setTimeout(300_000)

for (const backend of BACKENDS) {
  t.test(`on ${backend.name}`, { skip: backend.skip }, async t => {
    const start = async (t: Test, options: GatewayOptions = {}): Promise<TestGateway> =>
      startGateway(t, { ...options, redisUrl: await backend.redisUrl(t) })

    t.test('a new dossier is created with its steps in order, then updated', async t => {
      const gateway = await start(t)
      const steps = [aStep({ occurredAt: '2026-11-05T09:00:00+07:00', content: 'Thẩm định', status: 'processing' }), aStep()]
      const pushed = await gateway.push(aDossier({ progress: steps }))
      t.equal(pushed.statusCode, 202)
      await gateway.settled()
      await gateway.push(aDossier({ status: 'finished', finishedAt: '2026-11-10T10:00:00+07:00' }))
      await gateway.settled()
      t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 delivered`, `${CODE} 2 delivered`])
      const held = gateway.sandbox.store.dossier(CODE)
      t.match(held, { creates: 1, updates: 1, stepCount: 2, duplicatedSteps: 0, lateSteps: 0 })
      t.strictSame(held?.steps.map(({ step }) => step['NoiDungXuLy']), ['Tiếp nhận hồ sơ', 'Thẩm định'])
    })

    t.test('a step is sent once, whatever is pushed again', async t => {
      const gateway = await start(t)
      await gateway.push(aDossier({ progress: [aStep()] }))
      await gateway.settled()
      await gateway.push(aDossier({ summary: 'Trích yếu mới', progress: [aStep(), aStep({ occurredAt: '2026-11-06T09:00:00+07:00', content: 'Trả kết quả' })] }))
      await gateway.settled()
      t.match(gateway.sandbox.store.dossier(CODE), { stepCount: 2, duplicatedSteps: 0 })
    })

    t.test('a refusal ends the delivery with the portal\'s words, its kind and a cure', async t => {
      const gateway = await start(t)
      fault(gateway, { kind: 'refuse', code: '3', message: 'Mã thủ tục hành chính không tồn tại', match: { service: 'DongBoHoSoMC' } })
      await gateway.push(aDossier())
      await gateway.settled()
      const seen = (await gateway.call({ url: `/v1/dossiers/${CODE}` })).json()
      t.match(seen.deliveries[0], {
        state: 'refused',
        attempts: 1,
        lastFailure: { kind: 'refused', words: 'Mã thủ tục hành chính không tồn tại', operation: 'dossier', cure: /\S/, cureEn: /\S/, message: /\S/ }
      })
    })

    t.test('an answer lost after the work was done leads to one dossier, not two', async t => {
      const gateway = await start(t)
      fault(gateway, { kind: 'lost-answer', times: 1, match: { service: 'DongBoHoSoMC' } })
      await gateway.push(aDossier())
      await gateway.settled()
      t.match(gateway.sandbox.store.dossier(CODE), { creates: 1, updates: 1, duplicatedCreates: 1 })
      t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 delivered`])
    })

    t.test('an outage is waited out: 502 pages, throttling, hangs, cuts', async t => {
      const gateway = await start(t, { environment: { ADAPTER_NATIONAL_PORTAL_CALL_TIMEOUT_MS: '1000' } })
      const faults: FaultRule[] = [
        { kind: 'status', status: 502, times: 1 }, { kind: 'throttle', retryAfter: 1, times: 1 }, { kind: 'hang', times: 1 },
        { kind: 'cut', times: 1 }, { kind: 'reset', times: 1 }, { kind: 'empty', times: 1 }, { kind: 'wrong-type', times: 1 }
      ]
      for (const rule of faults) fault(gateway, { ...rule, match: { service: 'DongBoHoSoMC' } })
      await gateway.push(aDossier())
      await gateway.settled()
      t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 delivered`])
      t.equal(gateway.sandbox.store.dossier(CODE)?.creates, 1)
    })

    t.test('a failure between the two calls goes on at the second call', async t => {
      const gateway = await start(t)
      fault(gateway, { kind: 'status', status: 503, times: 2, match: { service: 'CapNhatTienDoHoSoMC' } })
      await gateway.push(aDossier({ progress: [aStep()] }))
      await gateway.settled()
      t.match(gateway.sandbox.store.dossier(CODE), { creates: 1, updates: 0, duplicatedCreates: 0, stepCount: 1 })
    })

    t.test('an expired session is renewed once and the call repeated', async t => {
      const gateway = await start(t)
      fault(gateway, { kind: 'session-expired', times: 1, match: { service: 'DongBoHoSoMC' } })
      await gateway.push(aDossier())
      await gateway.settled()
      t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 delivered`])
      t.equal(gateway.sandbox.store.counts().logins, 2)
    })

    t.test('a dossier that the portal has lost is created again, but only after it said so', async t => {
      const gateway = await start(t, { environment: { ADAPTER_NATIONAL_PORTAL_CALL_TIMEOUT_MS: '3000' } })
      await gateway.push(aDossier())
      await gateway.settled()
      gateway.sandbox.store.forget(CODE)
      fault(gateway, { kind: 'hang', times: 1, match: { service: 'TraCuuHoSo' } })
      await gateway.push(aDossier({ summary: 'Trích yếu mới' }))
      await gateway.settled()
      t.match(gateway.sandbox.store.dossier(CODE), { creates: 1, updates: 0 })
      const codes = await gateway.services.db.selectFrom('attempts').select('failure_code').orderBy('id').execute()
      t.strictSame(codes.map(row => row.failure_code), [null, 'lookup-unanswered', null], 'the unanswered lookup led to a wait, not to a create')
    })

    t.test('a newer revision replaces a waiting older one and takes its steps along', async t => {
      const gateway = await start(t, { environment: { ADAPTER_NATIONAL_PORTAL_RETRY_DELAYS_SECONDS: '60' } })
      fault(gateway, { kind: 'status', status: 503, times: 1, match: { service: 'DongBoHoSoMC' } })
      await gateway.push(aDossier({ progress: [aStep()] }))
      await until(async () => (await deliveryStates(gateway.services))[0]?.endsWith('retrying') === true)
      await gateway.push(aDossier({ summary: 'Trích yếu mới' }))
      await gateway.settled()
      t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 superseded`, `${CODE} 2 delivered`])
      t.match(gateway.sandbox.store.dossier(CODE), { creates: 1, stepCount: 1 })
    })

    t.test('a mapping that throws fails the delivery, names its class and sends nothing', async t => {
      const gateway = await start(t)
      breakMapping(gateway, () => { throw new TypeError('Y Thử Niê') })
      const answer = await gateway.push(aDossier())
      t.match(answer.json().findings, [{ code: 'mapping-defect', adapter: 'national-portal' }])
      await gateway.settled()
      const { deliveries: [delivery] } = (await gateway.call({ url: `/v1/dossiers/${CODE}` })).json()
      t.match(delivery, { state: 'failed', lastFailure: { kind: 'mapping', code: 'mapping-failed', rule: 'mapping.mapping-defect' } })
      t.notMatch(JSON.stringify(delivery), 'Y Thử Niê', 'the error\'s text may quote the dossier')
      t.equal(gateway.sandbox.summary().requests, 0)
    })

    t.test('a message that does not fit the partner\'s schema is never sent', async t => {
      const gateway = await start(t)
      breakMapping(gateway, () => ({ calls: [{ operation: 'dossier', message: [{ MaHoSo: 7 }], steps: [] }], findings: [] }))
      await gateway.push(aDossier())
      await gateway.settled()
      t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 failed`])
      t.equal(gateway.sandbox.summary().requests, 0)
    })

    t.test('an unanswered step is repeated and marked, or held where the setting says so', async t => {
      const lost: FaultRule = { kind: 'lost-answer', times: 1, match: { service: 'CapNhatTienDoHoSoMC' } }
      const repeating = await start(t)
      fault(repeating, lost)
      await repeating.push(aDossier({ progress: [aStep()] }))
      await repeating.settled()
      t.match(repeating.sandbox.store.dossier(CODE), { stepCount: 2, duplicatedSteps: 1 })
      t.ok((await actions(repeating)).includes('delivery.possible-duplicate'))

      const holding = await start(t, { environment: { ADAPTER_NATIONAL_PORTAL_REPEAT_PROGRESS: 'hold' } })
      fault(holding, lost)
      await holding.push(aDossier({ progress: [aStep()] }))
      await holding.settled()
      t.strictSame(await deliveryStates(holding.services), [`${CODE} 1 held`])
      await holding.push(aDossier({ summary: 'Trích yếu mới' }))
      await new Promise(resolve => setTimeout(resolve, 300))
      t.strictSame(await deliveryStates(holding.services), [`${CODE} 1 held`, `${CODE} 2 queued`], 'a held head blocks its lane')
      t.equal(holding.sandbox.store.dossier(CODE)?.stepCount, 1)
      const { id } = await holding.services.db.selectFrom('deliveries').select('id').where('state', '=', 'held').executeTakeFirstOrThrow()
      await holding.call({ method: 'POST', url: `/v1/deliveries/${id}/cancel`, payload: { confirmSteps: true } })
      await holding.settled()
      t.strictSame(await deliveryStates(holding.services), [`${CODE} 1 cancelled`, `${CODE} 2 delivered`])
      t.match(holding.sandbox.store.dossier(CODE), { stepCount: 1, duplicatedSteps: 0 }, 'the step somebody has seen is not sent again')
    })

    t.test('a redrive after the cause is mended delivers; of an overtaken revision it sends nothing', async t => {
      const gateway = await start(t)
      fault(gateway, { kind: 'refuse', code: '3', message: 'Sai lĩnh vực', times: 1, match: { service: 'DongBoHoSoMC' } })
      await gateway.push(aDossier())
      await gateway.settled()
      const redriven = await gateway.call({ method: 'POST', url: '/v1/deliveries/redrive', payload: { adapter: 'national-portal', dryRun: true } })
      t.match(redriven.json(), { dryRun: true, matching: 1 })
      await gateway.call({ method: 'POST', url: '/v1/deliveries/redrive', payload: { state: 'refused' } })
      await gateway.settled()
      t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 delivered`])

      // Twice: a refusal in words the adapter does not know is asked once more with a new session.
      fault(gateway, { kind: 'refuse', code: '3', message: 'Sai lĩnh vực', times: 2, match: { service: 'DongBoHoSoMC' } })
      await gateway.push(aDossier({ summary: 'Hai' }))
      await gateway.settled()
      await gateway.push(aDossier({ summary: 'Ba' }))
      await gateway.settled()
      const updates = gateway.sandbox.store.dossier(CODE)?.updates
      const answer = await gateway.call({ method: 'POST', url: '/v1/deliveries/redrive', payload: { state: 'refused' } })
      t.match(answer.json().deliveries, [{ revision: 2, state: 'superseded' }])
      await gateway.settled()
      t.equal(gateway.sandbox.store.dossier(CODE)?.updates, updates, 'nothing was sent')
    })

    t.test('a paused adapter sends nothing until it is resumed, and the pause costs no budget', async t => {
      const gateway = await start(t)
      await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause', payload: { reason: 'bảo trì' } })
      await gateway.push(aDossier())
      await new Promise(resolve => setTimeout(resolve, 1500))
      t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 queued`])
      await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/resume' })
      t.ok(await pausedMs(gateway) >= 1400, 'the pause is kept, and taken out of the age')
      await gateway.settled()
      t.strictSame(await deliveryStates(gateway.services), [`${CODE} 1 delivered`])
    })
  })
}

function breakMapping (gateway: TestGateway, map: DeliverOperation['map']): void {
  const active = gateway.services.adapters.get('national-portal')
  Object.assign(active ?? {}, { adapter: { deliver: { ...active?.adapter.deliver, map } } })
}

async function actions (gateway: TestGateway): Promise<string[]> {
  const rows = await gateway.services.db.selectFrom('audit_entries').select('action').orderBy('id').execute()
  return rows.map(row => row.action)
}

async function pausedMs (gateway: TestGateway): Promise<number> {
  const { began_at: from, ended_at: to } = await gateway.services.db.selectFrom('standstills').selectAll().where('reason', '=', 'paused').executeTakeFirstOrThrow()
  return to.getTime() - from.getTime()
}

function fault (gateway: TestGateway, rule: FaultRule): void {
  gateway.sandbox.faults.add(rule)
}
