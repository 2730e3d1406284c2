// Pulls that must not be taken over, that meet each other, and that come by themselves.
import { sql } from 'kysely'
import t from 'tap'
import { readManifest } from '../../../src/adapters/registry.js'
import type { FaultRule } from '../../../src/sandbox/fault-rules.js'
import { changesOf, pull } from '../../support/catalogue.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { checkProblem } from '../refusal.js'

/** Those of generation A, of which the test gateway is. */
const LISTS = Object.entries((await readManifest('national-portal')).poll?.lists ?? {}).flatMap(([list, { onlyFor }]) => onlyFor === undefined ? [list] : [])
const A = '1.000001.000.00.00.H99'
const C = '2.000003'
const FAULTS: readonly FaultRule[] = [
  { kind: 'text', text: '<html><body>Bảo trì</body></html>' },
  { kind: 'status', status: 502 },
  { kind: 'refuse', code: -1, message: 'Không có quyền' },
  { kind: 'empty' },
  { kind: 'reset' }
]

t.test('an empty or halved list is not taken over unless an operator forces it', async t => {
  const gateway = await startGateway(t)
  const procedures = async (force = false): Promise<unknown> => (await pull(gateway, `?list=procedures${force ? '&force=true' : ''}`))['procedures']
  await procedures()
  for (const code of [A, C]) gateway.sandbox.shelf.remove('procedures', code)
  t.match(await procedures(), { outcome: 'suspicious', vanished: 2, error: /mất 2 trong 3 .* lost 2 of 3/s })
  t.strictSame(await changesOf(gateway, 'procedures'), [])
  t.match(await procedures(true), { outcome: 'applied', vanished: 2 })
  gateway.sandbox.shelf.remove('procedures', '1.000002.000.00.00.H99')
  t.match(await procedures(), { outcome: 'suspicious', error: /rỗng/ })
})

t.test('pages, errors and silence change nothing and are told', async t => {
  const gateway = await startGateway(t, { environment: { ADAPTER_NATIONAL_PORTAL_CALL_TIMEOUT_MS: '1000' } })
  await pull(gateway)
  for (const fault of FAULTS) {
    gateway.sandbox.faults.add({ ...fault, match: { service: 'LayDanhSachTTHC' } })
    t.match(await pull(gateway, '?list=procedures'), { procedures: { outcome: 'failed', error: /\S/ } }, fault.kind)
    gateway.sandbox.faults.clear()
  }
  t.strictSame(await changesOf(gateway, 'procedures'), [])
  const { lists } = (await gateway.call({ url: '/v1/catalogue/national-portal' })).json()
  t.match(lists[0], { list: 'procedures', items: 3, lastPull: { outcome: 'failed' } })
})

t.test('a second pull while one is in progress, a paused adapter, an adapter without lists', async t => {
  const gateway = await startGateway(t)
  const both = await Promise.all([1, 2].map(async () => gateway.call({ method: 'POST', url: '/v1/catalogue/national-portal/pull' })))
  t.strictSame(both.map(({ statusCode }) => statusCode).sort(), [200, 409])
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
  checkProblem(t, await gateway.call({ method: 'POST', url: '/v1/catalogue/national-portal/pull' }), { status: 409, code: 'catalogue-paused' })
  checkProblem(t, await gateway.call({ url: '/v1/catalogue/nobody' }), { status: 404, code: 'catalogue-not-found' })
  const facts = await gateway.services.db.selectFrom('audit_entries').select(['actor', 'details']).where('action', '=', 'catalogue.pulled').execute()
  t.match(facts[0], { actor: 'client:bootstrap', details: { list: 'procedures', outcome: 'applied', added: 3 } })
})

t.test('one list is pulled alone, and one that is not there is refused', async t => {
  const gateway = await startGateway(t)
  t.strictSame(Object.keys(await pull(gateway, '?list=fields')), ['fields'])
  const refused = await gateway.call({ method: 'POST', url: '/v1/catalogue/national-portal/pull?list=unheard' })
  checkProblem(t, refused, { status: 404, code: 'catalogue-list-not-found' })
})

t.test('a day or a time that does not exist is refused, and one that does is taken', async t => {
  const gateway = await startGateway(t)
  const ask = async (since: string): ReturnType<TestGateway['call']> => gateway.call({ url: '/v1/catalogue/national-portal/changes', query: { since } })
  for (const since of ['2026-02-31', '2026-02-29', '2026-02-31T09:00:00+07:00', '2026-11-04T25:00:00Z', 'hôm qua']) {
    const { errors } = checkProblem(t, await ask(since), { status: 400, code: 'invalid-parameter' })
    t.match(errors, [{ pointer: '/querystring/since', code: 'parameter-invalid' }], since)
  }
  for (const [since, shown] of [['2024-02-29', '2024-02-29T00:00:00+07:00'], ['2026-11-04T02:00:00Z', '2026-11-04T09:00:00+07:00']] as const) {
    t.match((await ask(since)).json(), { since: shown })
  }
})

const DAY = { environment: { CATALOGUE_HOURS: '24' } }

async function pullsOf ({ services: { db } }: TestGateway): Promise<string[]> {
  const rows = await db.selectFrom('audit_entries').select('details').where('action', '=', 'catalogue.pulled').orderBy('id').execute()
  return rows.map(({ details }) => `${String(details['list'])} ${String(details['outcome'])}`)
}

/** As if everything pulled so far had happened earlier. */
async function earlier ({ services: { db } }: TestGateway, hours: number): Promise<void> {
  await sql`update catalogue_pulls set started_at = started_at - make_interval(hours => ${hours})`.execute(db)
}

t.test('the schedule pulls what is due, once', async t => {
  const gateway = await startGateway(t, DAY)
  await gateway.services.catalogue.run()
  t.strictSame((await pullsOf(gateway)).sort(), LISTS.map(list => `${list} applied`).sort())
  await gateway.services.catalogue.run()
  t.equal((await pullsOf(gateway)).length, LISTS.length)
})

t.test('a list that failed is asked again alone, after an hour, then two, then four, at last at its regular time', async t => {
  const gateway = await startGateway(t, DAY)
  const { services: { catalogue }, sandbox: { faults } } = gateway
  faults.add({ kind: 'status', status: 503, match: { service: 'LayDanhMucLinhVuc' } })
  await catalogue.run()
  const first = (await pullsOf(gateway)).length
  const since = async (hours: number): Promise<string[]> => {
    const before = (await pullsOf(gateway)).length
    await earlier(gateway, hours)
    await catalogue.run()
    return (await pullsOf(gateway)).slice(before)
  }
  t.equal(first, LISTS.length)
  t.strictSame(await since(0), [], 'not at once')
  for (const [hours, asked] of [[1, ['fields failed']], [1, []], [1, ['fields failed']], [3, []], [1, ['fields failed']]] as const) t.strictSame(await since(hours), asked)
  faults.clear()
  t.strictSame(await since(8), ['fields applied'])
  t.equal((await since(10)).length, first - 1, 'the others come at their own time')
  t.strictSame(await since(14), ['fields applied'])
})

t.test('a paused adapter pulls nothing by itself', async t => {
  const gateway = await startGateway(t, DAY)
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
  await gateway.services.catalogue.run()
  t.strictSame(await pullsOf(gateway), [])
})

t.test('with more procedures in use than one pull asks about, each gets its turn, unknown ones too', async t => {
  const gateway = await startGateway(t, { environment: { CATALOGUE_DETAILS: '1' } })
  const used = ['1.000001.000.00.00.H99', '1.000002.000.00.00.H99', '9.999999']
  for (const [index, code] of used.entries()) await gateway.push(aDossier({ code: codeOf(index + 1), procedure: { code, name: 'Thủ tục mẫu' } }))
  for (let round = 0; round < 5; round++) await pull(gateway, '?list=procedureDetails')
  const asked = gateway.sandbox.log.list({ service: 'LayThuTuc', after: 0, limit: 10 }).map(({ call }) => call.envelope?.['maTTHC'])
  t.strictSame(asked, [...used, ...used.slice(0, 2)])
})
