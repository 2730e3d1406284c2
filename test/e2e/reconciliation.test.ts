// What the portal lost or kept stale is found and mended: three-way, resumable, at a bounded pace.
import t from 'tap'
import { currentDossier } from '../../src/sandbox/store.js'
import { lastTime, startDaily } from '../../src/reconciliation/daily.js'
import { aDossier, aStep, codeOf } from '../support/dossiers.js'
import { startGateway, until, type TestGateway } from '../support/gateway.js'
import { checkProblem } from '../http/refusal.js'

t.setTimeout(120_000)
const FAST = { environment: { RECONCILE_PER_MINUTE: '60000' } }

interface Shown { id: string, state: string, counts: Record<string, number>, days?: object[] }
interface Item { code: string, verdict: string, differences: string[], agencyCode: string | null, receivedOn: string | null, listed: boolean }

async function reconcile (gateway: TestGateway, request: object = {}): Promise<Shown> {
  const started = await gateway.call({ method: 'POST', url: '/v1/reconciliations', payload: { adapter: 'national-portal', ...request } })
  const { id } = started.json<Shown>()
  let shown: Shown | undefined
  await until(async () => {
    shown = (await gateway.call({ url: `/v1/reconciliations/${id}` })).json<Shown>()
    return shown.state === 'done'
  })
  if (shown === undefined) throw new Error('it was never shown')
  return shown
}

async function items (gateway: TestGateway, id: string, verdict?: string): Promise<Item[]> {
  return (await gateway.call({ url: `/v1/reconciliations/${id}/items${verdict === undefined ? '' : `?verdict=${verdict}`}` })).json<{ items: Item[] }>().items
}

/** The portal forgets what came last: it holds the dossier as it was before. */
function makeStale ({ sandbox }: TestGateway, code: string): void {
  sandbox.store.dossier(code)?.writes.pop()
}

async function deliver (gateway: TestGateway, count: number): Promise<string[]> {
  const codes = Array.from({ length: count }, (_, n) => codeOf(n + 1))
  for (const code of codes) await gateway.push(aDossier({ code, progress: [aStep({ id: `${code}-1` })] }))
  await gateway.settled()
  for (const code of codes) await gateway.push(aDossier({ code, status: 'finished', finishedAt: '2026-11-10T15:00:00+07:00' }))
  await gateway.settled()
  return codes
}

t.test('5 dossiers deleted at the portal and 3 made stale there are found, told by day and unit, and mended', async t => {
  const gateway = await startGateway(t, FAST)
  const codes = await deliver(gateway, 30)
  const [lost, stale] = [codes.slice(0, 5), codes.slice(5, 8)]
  for (const code of lost) gateway.sandbox.store.forget(code)
  for (const code of stale) makeStale(gateway, code)

  const first = await reconcile(gateway)
  t.strictSame(first.counts, { matches: 22, 'missing-there': 5, 'stale-there': 3 })
  t.match(first.days, [
    { receivedOn: '2026-11-04', agencyCode: '000.00.14.H15', verdict: 'matches', count: 22 },
    { verdict: 'missing-there', count: 5 }, { verdict: 'stale-there', count: 3 }
  ])
  t.strictSame((await items(gateway, first.id, 'missing-there')).map(({ code }) => code), lost)
  t.match(await items(gateway, first.id, 'stale-there'), stale.map(code => ({ code, differences: ['TrangThaiHoSo', 'NgayKetThucXuLy'] })))

  const before = gateway.sandbox.summary()
  t.match((await gateway.call({ method: 'POST', url: `/v1/reconciliations/${first.id}/repair`, payload: { dryRun: true } })).json(), { matching: 8 })
  const repaired = (await gateway.call({ method: 'POST', url: `/v1/reconciliations/${first.id}/repair`, payload: {} })).json<{ left: number, deliveries: object[] }>()
  t.match(repaired, { left: 0 })
  t.equal(repaired.deliveries.length, 8)
  await gateway.settled()
  const { creates, updates, steps, duplicatedSteps } = gateway.sandbox.summary()
  t.match({ creates: creates - before.creates, updates: updates - before.updates, steps: steps - before.steps }, { creates: 5, updates: 3, steps: 5 },
    'the lost are created with their steps, the stale updated without one')
  t.equal(duplicatedSteps, before.duplicatedSteps)
  for (const code of [...lost, ...stale]) {
    const held = gateway.sandbox.store.dossier(code)
    t.match(held === undefined ? undefined : currentDossier(held), { TrangThaiHoSo: '9' })
  }
  t.strictSame((await reconcile(gateway)).counts, { matches: 30 })
  t.match((await gateway.call({ method: 'POST', url: `/v1/reconciliations/${first.id}/repair`, payload: {} })).json(), { deliveries: [], left: 0 }, 'asked again, nothing is sent twice')
  const facts = await gateway.services.db.selectFrom('audit_entries').select(['action', 'details']).where('action', 'like', 'reconciliation.%').orderBy('id').execute()
  t.match(facts.map(({ action }) => action), ['reconciliation.started', 'reconciliation.done', 'reconciliation.started', 'reconciliation.done'])
  t.match(facts[1]?.details, { counts: { 'missing-there': 5 } })
})

t.test('the province\'s own list shows what it has and the gateway has not, and what is newer there', async t => {
  const gateway = await startGateway(t, FAST)
  for (const n of [1, 2, 3]) await gateway.push(aDossier({ code: codeOf(n), sourceVersion: 3 }))
  await gateway.settled()
  const dossiers = [{ code: codeOf(1), sourceVersion: 3 }, { code: codeOf(2), sourceVersion: 4 }, { code: codeOf(9) }]
  const { id } = await reconcile(gateway, { dossiers })
  t.match(await items(gateway, id), [
    { code: codeOf(1), verdict: 'matches', listed: true },
    { code: codeOf(2), verdict: 'stale-here', listed: true },
    { code: codeOf(3), verdict: 'matches', listed: false },
    { code: codeOf(9), verdict: 'unknown-here', listed: true, agencyCode: null }
  ])
  const { body } = await gateway.call({ url: `/v1/reconciliations/${id}/items?format=csv` })
  t.match(body, /^code,agencyCode,receivedOn,listed,verdict,differences,checkedAt\n000\.00\.14\.H15-261104-0001,000\.00\.14\.H15,2026-11-04,yes,matches,,2026-/)
})

t.test('the list as a spreadsheet gives it is the same list; what stands beside it is in the query', async t => {
  const gateway = await startGateway(t, FAST)
  for (const n of [1, 2]) await gateway.push(aDossier({ code: codeOf(n), sourceVersion: 3 }))
  await gateway.settled()
  const headers = { 'content-type': 'text/csv; charset=utf-8' }
  const payload = `\ufeffcode;sourceVersion\r\n${codeOf(1)};4\r\n0012;\r\n`
  const started = await gateway.call({ method: 'POST', url: '/v1/reconciliations?adapter=national-portal&receivedFrom=2026-11-01', headers, payload })
  t.match({ status: started.statusCode, body: started.json() }, { status: 202, body: { withList: true, receivedFrom: '2026-11-01' } })
  const { id } = started.json<Shown>()
  await until(async () => (await gateway.call({ url: `/v1/reconciliations/${id}` })).json<Shown>().state === 'done')
  t.match(await items(gateway, id), [
    { code: codeOf(1), verdict: 'stale-here', listed: true }, { code: codeOf(2), verdict: 'matches', listed: false }, { code: '0012', verdict: 'unknown-here', listed: true }
  ].sort((a, b) => a.code < b.code ? -1 : 1))
})

t.test('a list in CSV is refused as the same list in JSON is, and nothing is started', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const URL = '/v1/reconciliations?adapter=national-portal'
  const csv = async (payload: string | Buffer, url = URL): ReturnType<TestGateway['call']> => gateway.call({ method: 'POST', url, headers: { 'content-type': 'text/csv' }, payload })
  const invalid = { status: 422, code: 'invalid-document' }
  t.match(checkProblem(t, await csv('code\nA B\n'), invalid).errors, [{ pointer: '/dossiers/0/code', code: 'field-format', messageEn: /^Line 2, column "code": / }])
  t.match(checkProblem(t, await csv('code\n', '/v1/reconciliations'), invalid).errors, [{ pointer: '/adapter', code: 'field-missing' }])
  t.match(checkProblem(t, await csv('code\n', `${URL}&form=2026-11-01`), invalid).errors, [{ pointer: '/form', code: 'field-unknown' }])
  t.match(checkProblem(t, await csv(''), invalid).errors, [{ code: 'field-missing' }])
  const twice = { adapter: 'national-portal', dossiers: [{ code: 'A' }, { code: 'A' }] }
  t.match(checkProblem(t, await gateway.call({ method: 'POST', url: '/v1/reconciliations', payload: twice }), invalid).errors, [{ pointer: '/dossiers/1/code', code: 'dossier-repeated' }])
  checkProblem(t, await csv('code\n', '/v1/reconciliations?adapter=nobody'), { status: 404, code: 'adapter-not-found' })
  checkProblem(t, await csv(Buffer.from([0x63, 0xff])), { status: 400, code: 'malformed-csv' })
  checkProblem(t, await csv('A,B\n'.repeat(5_000_000)), { status: 413, code: 'body-too-large' })
  checkProblem(t, await csv('code\n', `${URL}&unit=H15&unit=H16`), { status: 400, code: 'invalid-parameter' })
  checkProblem(t, await gateway.call({ method: 'POST', url: URL, payload: { adapter: 'national-portal' } }), { status: 400, code: 'invalid-parameter' })
  checkProblem(t, await gateway.call({ method: 'POST', url: '/v1/reconciliations', headers: { 'content-type': 'application/json' }, payload: '"code"' }), invalid)
  t.strictSame((await gateway.call({ url: '/v1/reconciliations' })).json(), { reconciliations: [] })
})

t.test('by unit, in both notations, and by day of reception in Hà Nội', async t => {
  const gateway = await startGateway(t, FAST)
  const push = async (n: number, agency: string, receivedAt: string): Promise<unknown> =>
    gateway.push(aDossier({ code: codeOf(n), agency: { code: agency, name: 'Đơn vị mẫu' }, receivedAt, submittedAt: receivedAt }))
  await push(1, '000.00.14.H15', '2026-11-04T00:30:00+07:00')
  await push(2, 'H15.14.02', '2026-11-04T09:00:00+07:00')
  await push(3, 'H15.140', '2026-11-04T09:00:00+07:00')
  await push(4, 'H15.14', '2026-11-03T23:59:59+07:00')
  await gateway.settled()
  const codes = async (request: object): Promise<number[]> => {
    const found = await items(gateway, (await reconcile(gateway, request)).id)
    return found.map(({ code }) => Number(code.slice(-4)))
  }
  t.strictSame(await codes({ unit: 'H15.14' }), [1, 2, 4])
  t.strictSame(await codes({ unit: '000.00.14.H15', receivedFrom: '2026-11-04' }), [1, 2])
  t.strictSame(await codes({ receivedTo: '2026-11-03' }), [4])
})

t.test('what is on its way or stuck is told, and nobody is asked about it', async t => {
  const gateway = await startGateway(t, FAST)
  await gateway.push(aDossier({ code: codeOf(1), procedure: { code: 'LOCAL_1', name: 'x' } }))
  await gateway.settled()
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
  await gateway.push(aDossier({ code: codeOf(2) }))
  const { id } = (await gateway.call({ method: 'POST', url: '/v1/reconciliations', payload: { adapter: 'national-portal' } })).json<Shown>()
  t.match(await items(gateway, id), [{ verdict: 'stuck', differences: ['failed', 'code-unmapped'] }, { verdict: 'on-its-way' }])
  t.equal(gateway.sandbox.log.list({ service: 'TraCuuHoSo', after: 0, limit: 1 }).length, 0)
})

t.test('it goes on where another process left it, asks nobody twice, and waits while the adapter is paused', async t => {
  const slow = await startGateway(t, { environment: { RECONCILE_PER_MINUTE: '600' } })
  const codes = await deliver(slow, 12)
  const { id } = (await slow.call({ method: 'POST', url: '/v1/reconciliations', payload: { adapter: 'national-portal' } })).json<Shown>()
  const asked = (): string[] => slow.sandbox.log.list({ service: 'TraCuuHoSo', after: 0, limit: 1000 }).flatMap(({ call }) => [...call.codes])
  await until(() => asked().length >= 3)
  await slow.services.close()
  const environment = { ...slow.environment, RECONCILE_PER_MINUTE: '60000' }
  const other = await startGateway(t, { databaseUrl: slow.environment['DATABASE_URL'] ?? '', adapterSettings: environment, environment })
  await until(async () => (await other.call({ url: `/v1/reconciliations/${id}` })).json<Shown>().state === 'done')
  t.match((await other.call({ url: `/v1/reconciliations/${id}` })).json(), { counts: { matches: 12 } })
  // The question that was under way when the first process stopped may have been asked again.
  t.ok(asked().length <= codes.length + 1, `${asked().length} questions`)
  await other.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
  const paused = (await other.call({ method: 'POST', url: '/v1/reconciliations', payload: { adapter: 'national-portal' } })).json<Shown>()
  const before = asked().length
  await new Promise(resolve => setTimeout(resolve, 1500))
  t.equal(asked().length, before)
  t.match((await other.call({ method: 'POST', url: `/v1/reconciliations/${paused.id}/cancel` })).json(), { changed: true })
  t.match((await other.call({ method: 'POST', url: `/v1/reconciliations/${paused.id}/cancel` })).json(), { changed: false })
})

t.test('a portal that does not answer gives no verdict', async t => {
  const gateway = await startGateway(t, FAST)
  await deliver(gateway, 2)
  gateway.sandbox.faults.add({ kind: 'status', status: 502, match: { service: 'TraCuuHoSo', dossierCode: codeOf(1) } })
  const { id } = await reconcile(gateway)
  t.match(await items(gateway, id), [{ verdict: 'unanswered' }, { verdict: 'matches' }])
  t.match((await gateway.call({ method: 'POST', url: `/v1/reconciliations/${id}/repair`, payload: {} })).json(), { deliveries: [] }, 'and nothing is made of it')
})

t.test('every night once, of what changed, whoever asks', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const { db } = gateway.services
  await gateway.push(aDossier())
  const now = new Date('2026-11-05T03:00:00+07:00')
  t.equal(lastTime('02:30', now).toISOString(), '2026-11-04T19:30:00.000Z')
  t.equal(lastTime('03:30', now).toISOString(), '2026-11-03T20:30:00.000Z')
  const recent = new Date(Date.now() - 3_600_000)
  const at = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', hour: '2-digit', minute: '2-digit' }).format(recent)
  await Promise.all([1, 2, 3].map(async () => startDaily(db, ['national-portal'], { at, days: 7 })))
  await startDaily(db, ['national-portal'], { at: undefined, days: 7 })
  t.match((await gateway.call({ url: '/v1/reconciliations' })).json<{ reconciliations: Shown[] }>().reconciliations, [{ adapter: 'national-portal', requestedBy: 'gateway', counts: { 'on-its-way': 1 } }])
})

t.test('what is asked wrongly is refused, and nothing is started or sent', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const refused = async (url: string, payload: object, refusal: { status: number, code: string }): Promise<void> => {
    checkProblem(t, await gateway.call({ method: 'POST', url, payload }), refusal)
  }
  await refused('/v1/reconciliations', { adapter: 'nobody' }, { status: 404, code: 'adapter-not-found' })
  await refused('/v1/reconciliations', { adapter: 'national-portal', unit: 'sở', day: 1 }, { status: 422, code: 'invalid-document' })
  await refused('/v1/reconciliations/7/repair', {}, { status: 404, code: 'reconciliation-not-found' })
  const { id } = (await gateway.call({ method: 'POST', url: '/v1/reconciliations', payload: { adapter: 'national-portal' } })).json<Shown>()
  for (const body of [{ verdict: 'missing-there' }, { verdicts: ['matches'] }, { verdicts: [] }, { dryRun: 'yes' }]) {
    await refused(`/v1/reconciliations/${id}/repair`, body, { status: 422, code: 'repair-invalid' })
  }
  t.equal((await gateway.call({ url: '/v1/reconciliations' })).json<{ reconciliations: Shown[] }>().reconciliations.length, 1)
})
