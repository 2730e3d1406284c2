// What the gateway tells of a dossier: its state, its deliveries, its history, and nobody's data.
import t from 'tap'
import { checkNobody, QUOTING } from '../../process/personal.js'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { checkProblem } from '../refusal.js'

const gateway = await startGateway(t)
const { db } = gateway.services
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00$/

async function actionsOf (code: string): Promise<string[]> {
  const rows = await db.selectFrom('audit_entries').select('action').where('dossier_code', '=', code).orderBy('id').execute()
  return rows.map(row => row.action)
}

t.test('a dossier is shown with its state and its deliveries, newest first, times in +07:00', async t => {
  const code = codeOf(1)
  await gateway.push(aDossier({ code, sourceVersion: 3, progress: [aStep()], dueAt: '2026-11-11T10:00:00Z' }))
  await gateway.settled()
  await gateway.push(aDossier({ code, sourceVersion: 4, status: 'finished', dueAt: '2026-11-11T10:00:00Z' }))
  await gateway.settled()
  const response = await gateway.call({ url: `/v1/dossiers/${code}` })
  t.equal(response.statusCode, 200)
  const delivery = { adapter: 'national-portal', dossierCode: code, state: 'delivered', attempts: 1, plannedAt: TIME, nextAttemptAt: null, endedAt: TIME, lastFailure: null }
  t.match(response.json(), {
    code,
    revision: 2,
    sourceVersion: '4',
    status: 'finished',
    procedureCode: '1.001776',
    agencyCode: '000.00.14.H15',
    dueAt: '2026-11-11T17:00:00+07:00',
    clientId: 'bootstrap',
    createdAt: TIME,
    acceptedAt: TIME,
    deliveries: [{ ...delivery, id: /^\d+$/, revision: 2 }, { ...delivery, id: /^\d+$/, revision: 1 }]
  })
  checkNobody(t, response.body, 'the dossier')
})

t.test('a failure is shown with kind, rule, words, cure in two languages, and without the person the partner quotes', async t => {
  const code = codeOf(2)
  gateway.sandbox.faults.add({ kind: 'refuse', code: '3', message: QUOTING, match: { dossierCode: code } })
  await gateway.push(aDossier({ code, progress: [aStep()] }))
  await gateway.settled()
  const response = await gateway.call({ url: `/v1/dossiers/${code}` })
  t.match(response.json().deliveries, [{
    state: 'refused',
    endedAt: TIME,
    lastFailure: { kind: 'refused', code: /\S/, rule: /\S/, operation: 'dossier', status: 200, words: /không hợp lệ$/, message: /\S/, messageEn: /\S/, cure: /\S/, cureEn: /\S/, at: TIME }
  }])
  checkNobody(t, response.body, 'the dossier')
})

t.test('a delivery that waits tells for what', async t => {
  const code = codeOf(3)
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
  t.teardown(() => gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/resume' }))
  await gateway.push(aDossier({ code }))
  t.match((await gateway.call({ url: `/v1/dossiers/${code}` })).json().deliveries, [{ state: 'queued', attempts: 0, nextAttemptAt: null, waitsFor: 'resume', endedAt: null }])
})

t.test('looking at a dossier is a fact of the log, and so is looking at its history', async t => {
  const code = codeOf(4)
  await gateway.push(aDossier({ code }))
  await gateway.settled()
  await gateway.call({ url: `/v1/dossiers/${code}` })
  await gateway.call({ url: `/v1/dossiers/${code}/timeline` })
  t.strictSame((await actionsOf(code)).slice(-2), ['dossier.viewed', 'dossier.timeline-viewed'])
  const viewed = await db.selectFrom('audit_entries').select(['actor', 'details']).where('dossier_code', '=', code).where('action', 'like', '%viewed').execute()
  t.strictSame(viewed, Array(2).fill({ actor: 'client:bootstrap', details: {} }))
})

t.test('the history tells every fact and every call in order, and nobody\'s data', async t => {
  const code = codeOf(5)
  gateway.sandbox.faults.add({ kind: 'status', status: 503, times: 1, match: { dossierCode: code } })
  await gateway.push(aDossier({ code, progress: [aStep()] }))
  await gateway.settled()
  gateway.sandbox.faults.add({ kind: 'refuse', code: '3', message: QUOTING, match: { dossierCode: code } })
  await gateway.push(aDossier({ code, summary: 'Sửa', progress: [aStep({ occurredAt: '2026-11-06T09:00:00+07:00', content: 'Thẩm định' })] }))
  await gateway.settled()
  const response = await gateway.call({ url: `/v1/dossiers/${code}/timeline` })
  const { entries, calls, ...rest } = response.json() as { code: string, entries: Array<Record<string, unknown>>, calls: Array<Record<string, unknown>> }
  t.strictSame(rest, { code })
  t.strictSame(entries.map(entry => entry['action']), [
    'dossier.accepted', 'delivery.planned', 'delivery.attempted', 'delivery.retrying', 'delivery.attempted', 'delivery.delivered',
    'dossier.accepted', 'delivery.planned', 'delivery.attempted', 'delivery.refused'
  ])
  for (const entry of entries) {
    t.strictSame(Object.keys(entry), ['id', 'at', 'actor', 'action', 'dossierCode', 'deliveryId', 'adapter', 'details'])
    t.match(entry, { id: /^\d+$/, at: TIME, dossierCode: code, actor: /^(client:bootstrap|worker:\S+)$/ })
  }
  t.match(calls.map(({ attempt, operation, mode, verdict, status }) => ({ attempt, operation, mode, verdict, status })), [
    { attempt: 1, operation: 'dossier', mode: 'create', verdict: 'transient', status: 503 },
    { attempt: 2, operation: 'dossier', mode: 'create', verdict: 'done', status: 200 },
    { attempt: 2, operation: 'progress', verdict: 'done', status: 200 },
    { attempt: 1, operation: 'dossier', mode: 'update', verdict: 'refused', status: 200 }
  ])
  for (const call of calls) t.match(call, { deliveryId: /^\d+$/, sentAt: TIME, endedAt: TIME, elapsedMs: Number, rule: /\S/ })
  checkNobody(t, response.body, 'the timeline')
})

t.test('a call that was not answered yet is shown as open', async t => {
  const code = codeOf(6)
  gateway.sandbox.faults.add({ kind: 'slow', delayMs: 1000, times: 1, match: { dossierCode: code } })
  await gateway.push(aDossier({ code }))
  const open = async (): Promise<Array<Record<string, unknown>>> => (await gateway.call({ url: `/v1/dossiers/${code}/timeline` })).json().calls
  let calls = await open()
  while (calls.length === 0) calls = await open()
  t.match(calls, [{ endedAt: null, elapsedMs: null, verdict: null, status: null }])
  await gateway.settled()
})

t.test('a dossier that was never pushed is not found: 404, and nobody is logged as having seen it', async t => {
  for (const url of [`/v1/dossiers/${codeOf(404)}`, `/v1/dossiers/${codeOf(404)}/timeline`]) {
    const { detail } = checkProblem(t, await gateway.call({ url }), { status: 404, code: 'dossier-not-found' })
    t.match(detail, 'POST /v1/dossiers', 'the cure is told')
  }
  t.strictSame(await actionsOf(codeOf(404)), [])
})

t.test('codes are case-sensitive', async t => {
  await gateway.push(aDossier({ code: 'Abc-1' }))
  t.equal((await gateway.call({ url: '/v1/dossiers/Abc-1' })).statusCode, 200)
  t.equal((await gateway.call({ url: '/v1/dossiers/abc-1' })).statusCode, 404)
})
