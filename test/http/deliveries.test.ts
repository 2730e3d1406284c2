// Lists of deliveries, and what an operator does to them: redrive and cancel, never by accident.
import t, { type Test } from 'tap'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway } from '../support/gateway.js'
import { checkProblem } from './refusal.js'

const gateway = await startGateway(t)
const { db } = gateway.services
let dossiers = 0

interface Listed {
  deliveries: Array<{ id: string, dossierCode: string, state: string, adapter: string, lastFailure: { code: string, kind: string } | null }>
  nextCursor: string | null
}

async function list (query: Record<string, string | number>): Promise<Listed> {
  const response = await gateway.call({ url: '/v1/deliveries', query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])) })
  return response.json()
}

async function redrive (payload: unknown): ReturnType<typeof gateway.call> {
  return gateway.call({ method: 'POST', url: '/v1/deliveries/redrive', headers: { 'content-type': 'application/json' }, payload: JSON.stringify(payload) })
}

async function cancel (id: string): ReturnType<typeof gateway.call> {
  return gateway.call({ method: 'POST', url: `/v1/deliveries/${id}/cancel` })
}

/** Pushes a dossier that the portal refuses, and mends the portal; returns code and delivery. */
async function refused (message = 'Sai lĩnh vực'): Promise<{ code: string, id: string }> {
  const code = codeOf(++dossiers)
  const fault = gateway.sandbox.faults.add({ kind: 'refuse', code: '3', message, match: { dossierCode: code } })
  const response = await gateway.push(aDossier({ code }))
  await gateway.settled()
  gateway.sandbox.faults.remove(fault.id)
  return { code, id: (response.json() as { deliveries: [{ id: string }] }).deliveries[0].id }
}

/** Keeps what is pushed in the test waiting. */
async function paused (t: Test): Promise<void> {
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
  t.teardown(async () => {
    await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/resume' })
    await gateway.settled()
  })
}

async function stateOf (id: string): Promise<string> {
  return (await db.selectFrom('deliveries').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state
}

t.test('paging goes through all of them, newest first, without a gap or a repeat, while new ones arrive', async t => {
  await paused(t)
  for (let n = 0; n < 7; n++) await gateway.push(aDossier({ code: codeOf(++dossiers) }))
  const all = await list({ limit: 500 })
  t.equal(all.nextCursor, null, 'a page that is not full is the last')
  const ids: string[] = []
  let page = await list({ limit: 3 })
  while (page.deliveries.length > 0) {
    ids.push(...page.deliveries.map(delivery => delivery.id))
    await gateway.push(aDossier({ code: codeOf(++dossiers) }))
    if (page.nextCursor === null) break
    page = await list({ limit: 3, cursor: page.nextCursor })
  }
  t.strictSame(ids, all.deliveries.map(delivery => delivery.id))
  t.strictSame(ids, [...ids].sort((a, b) => Number(b) - Number(a)))
})

t.test('the list is cut at 50 when no limit is given', async t => {
  await paused(t)
  for (let n = 0; n < 51; n++) await gateway.push(aDossier({ code: codeOf(++dossiers) }))
  const page = await list({})
  t.equal(page.deliveries.length, 50)
  t.equal(page.nextCursor, page.deliveries.at(-1)?.id)
})

t.test('the list is filtered by state, adapter, failure code or kind, and dossier', async t => {
  const { code, id } = await refused()
  const [delivery] = (await list({ dossier: code })).deliveries
  t.match(delivery, { id, state: 'refused', lastFailure: { kind: 'refused' } })
  const found = async (query: Record<string, string>): Promise<boolean> => (await list({ limit: 500, ...query })).deliveries.some(one => one.id === id)
  t.ok(await found({ state: 'refused' }))
  t.notOk(await found({ state: 'queued' }))
  t.ok(await found({ adapter: 'national-portal' }))
  t.notOk(await found({ adapter: 'other' }))
  t.ok(await found({ failure: 'refused' }))
  t.ok(await found({ failure: delivery?.lastFailure?.code ?? '' }))
  t.notOk(await found({ failure: 'unreachable' }))
  t.ok(await found({ state: 'refused', adapter: 'national-portal', failure: 'refused', dossier: code }))
})

const BAD_FILTERS: Record<string, unknown> = {
  'nothing at all': {},
  null: null,
  'a list': [],
  'a text': 'refused',
  'a number': 7,
  'a dry run of nothing': { dryRun: true },
  'a misspelt member': { state: 'refused', adaptr: 'national-portal' },
  'a state that cannot be redriven': { state: 'delivered' },
  'a state that is on its way': { state: 'queued' },
  'ids that are no list': { ids: '1' },
  'ids that are numbers': { ids: [1] },
  'an id that is none': { ids: ['1', '0'] },
  'more ids than are taken': { ids: Array.from({ length: 1001 }, (_, n) => String(n + 1)) },
  'a dry run that is a text': { state: 'refused', dryRun: 'true' },
  'an adapter that is a number': { adapter: 7 },
  'a failure code without end': { failureCode: 'x'.repeat(101) },
  'NUL in the adapter': { adapter: '\u0000' },
  'NUL in the failure code': { failureCode: 'a\u0000' }
}

for (const [name, filter] of Object.entries(BAD_FILTERS)) {
  t.test(`a redrive by ${name} is refused: 422, nothing is redriven`, async t => {
    const before = await list({ state: 'refused', limit: 500 })
    const { detail } = checkProblem(t, await redrive(filter), { status: 422, code: 'redrive-filter-invalid' })
    t.match(detail, /ids, adapter, state/)
    t.strictSame(await list({ state: 'refused', limit: 500 }), before)
  })
}

t.test('a dry run counts and changes nothing; the run then redrives just those', async t => {
  const [one, two, other] = [await refused('Sai A'), await refused('Sai A'), await refused('Sai B')]
  const filter = { ids: [one.id, two.id] }
  const plan = (await redrive({ ...filter, dryRun: true })).json() as { breakdown: [{ failureCode: string }] }
  t.strictSame(plan, {
    dryRun: true,
    matching: 2,
    sample: [one, two].map(({ code, id }) => ({ id, adapter: 'national-portal', dossierCode: code, revision: 1, state: 'refused', failureCode: plan.breakdown[0].failureCode })),
    breakdown: [{ adapter: 'national-portal', failureCode: plan.breakdown[0].failureCode, state: 'refused', count: 2 }],
    confirmationNeeded: false
  })
  t.strictSame([await stateOf(one.id), await stateOf(two.id)], ['refused', 'refused'])
  const run = await redrive(filter)
  t.match(run.json(), { dryRun: false, matching: 2, limit: 1000, deliveries: [{ id: one.id, dossierCode: one.code, revision: 1, state: 'queued', adapter: 'national-portal' }, { id: two.id }] })
  await gateway.settled()
  t.strictSame([await stateOf(one.id), await stateOf(two.id), await stateOf(other.id)], ['delivered', 'delivered', 'refused'])
  t.strictSame((await redrive(filter)).json(), { dryRun: false, matching: 0, limit: 1000, deliveries: [] }, 'what is delivered is not redriven')
})

t.test('a redrive pressed twice is two attempts and two lines in the log', async t => {
  const { code, id } = await refused()
  for (const expected of [2, 3]) {
    const fault = gateway.sandbox.faults.add({ kind: 'refuse', code: '3', message: 'Sai lĩnh vực', match: { dossierCode: code } })
    await redrive({ ids: [id] })
    await gateway.settled()
    gateway.sandbox.faults.remove(fault.id)
    t.match((await list({ dossier: code })).deliveries, [{ state: 'refused', attempts: expected }])
  }
  const rows = await db.selectFrom('audit_entries').select('actor').where('delivery_id', '=', id).where('action', '=', 'delivery.redriven').execute()
  t.strictSame(rows, Array(2).fill({ actor: 'client:bootstrap' }))
})

t.test('a redrive by failure code and state takes those alone', async t => {
  const { id } = await refused()
  const code = (await db.selectFrom('deliveries').select('failure_code').where('id', '=', id).executeTakeFirstOrThrow()).failure_code
  t.match((await redrive({ failureCode: 'no-such-code', dryRun: true })).json(), { matching: 0 })
  t.match((await redrive({ state: 'held', dryRun: true })).json(), { matching: 0 })
  t.ok((await redrive({ state: 'refused', failureCode: code, adapter: 'national-portal', dryRun: true })).json().matching >= 1)
})

t.test('a waiting delivery can be cancelled, once, and is not sent', async t => {
  await paused(t)
  const code = codeOf(++dossiers)
  const { deliveries: [{ id }] } = (await gateway.push(aDossier({ code }))).json() as { deliveries: [{ id: string }] }
  t.match(await cancel(id), { statusCode: 200 })
  checkProblem(t, await cancel(id), { status: 409, code: 'delivery-not-cancellable' })
  t.equal(await stateOf(id), 'cancelled')
  t.match(await db.selectFrom('audit_entries').select(['action', 'actor']).where('delivery_id', '=', id).orderBy('id', 'desc').executeTakeFirst(), { action: 'delivery.cancelled', actor: 'client:bootstrap' })
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/resume' })
  await gateway.settled()
  t.equal(gateway.sandbox.store.dossier(code), undefined)
  await redrive({ ids: [id] })
  await gateway.settled()
  t.equal(await stateOf(id), 'delivered', 'it can be redriven later')
})

t.test('a delivered or unknown delivery cannot be cancelled', async t => {
  const code = codeOf(++dossiers)
  const { deliveries: [{ id }] } = (await gateway.push(aDossier({ code }))).json() as { deliveries: [{ id: string }] }
  await gateway.settled()
  for (const one of [id, '999999999999']) checkProblem(t, await cancel(one), { status: 409, code: 'delivery-not-cancellable' })
  for (const bad of ['0', 'abc', '-1', '1e3', '99999999999999999999']) checkProblem(t, await cancel(bad), { status: 400, code: 'invalid-parameter' })
  t.equal(await stateOf(id), 'delivered')
})
