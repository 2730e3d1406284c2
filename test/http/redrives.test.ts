// Redrive jobs: counted and confirmed, frozen, slow, steered, each delivery once with a result that can be read.
import t, { type Test } from 'tap'
import { sql } from 'kysely'
import { redriveDeliveries } from '../../src/redrive/redrive.js'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway, until } from '../support/gateway.js'
import { checkProblem } from './refusal.js'

t.setTimeout(240_000)

const gateway = await startGateway(t, { environment: { REDRIVE_CONFIRM_ABOVE: '5' } })
const { db } = gateway.services
let dossiers = 0

interface Failed { code: string, id: string }

type Changes = Parameters<typeof aDossier>[0]

/** So many dossiers that the portal refuses; it is mended afterwards, if not told otherwise. */
async function failures (count: number, changes: Changes = {}, message = `Sai lĩnh vực ${Math.random()}`): Promise<Failed[]> {
  const fault = gateway.sandbox.faults.add({ kind: 'refuse', code: '3', message, match: { service: 'DongBoHoSoMC' } })
  const failed: Failed[] = []
  for (let n = 0; n < count; n++) {
    const code = codeOf(++dossiers)
    const response = await gateway.push(aDossier({ ...changes, code }))
    failed.push({ code, id: (response.json() as { deliveries: [{ id: string }] }).deliveries[0].id })
  }
  await gateway.settled()
  gateway.sandbox.faults.remove(fault.id)
  return failed
}

async function failure (changes: Changes = {}, message?: string): Promise<Failed> {
  const [failed] = await failures(1, changes, message)
  if (failed === undefined) throw new Error('one was asked for')
  return failed
}

const idsOf = (failed: readonly Failed[]): string[] => failed.map(({ id }) => id)

async function post (url: string, payload: object = {}): Promise<{ status: number, body: Record<string, unknown>, response: Awaited<ReturnType<typeof gateway.call>> }> {
  const response = await gateway.call({ method: 'POST', url, payload })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>(), response }
}

async function get<T extends object = Record<string, unknown>> (url: string): Promise<T> {
  return (await gateway.call({ url })).json<T>()
}

const redrive = async (payload: object): ReturnType<typeof post> => post('/v1/deliveries/redrive', payload)
const matching = async (filter: object): Promise<unknown> => (await redrive({ ...filter, dryRun: true })).body['matching']

async function startJob (t: Test, payload: object): Promise<string> {
  const { status, body, response } = await redrive(payload)
  t.equal(status, 202)
  t.equal(response.headers['location'], body['job'])
  return String(body['job'])
}

async function ended (job: string): Promise<Record<string, unknown>> {
  await until(async () => (await get(job))['endedAt'] !== null)
  return get(job)
}

async function statesOf (failed: readonly Failed[]): Promise<string[]> {
  const rows = await db.selectFrom('deliveries').select('state').where('id', 'in', idsOf(failed)).orderBy('id').execute()
  return rows.map(({ state }) => state)
}

async function fingerprintOf ({ id }: Failed): Promise<string> {
  return (await db.selectFrom('deliveries').select('fingerprint').where('id', '=', id).executeTakeFirstOrThrow()).fingerprint ?? ''
}

/** What a test leaves must not be counted by the next. */
t.afterEach(async () => {
  await sql`update redrives set state = 'cancelled', ended_at = now() where ended_at is null`.execute(db)
  await sql`update deliveries set state = 'superseded', ended_at = now() where state in ('refused', 'failed', 'held', 'cancelled')`.execute(db)
})

t.test('a filter takes a cause, an agency with all below it, a procedure, and times of planning and failure', async t => {
  const before = new Date().toISOString()
  const department = await failure({ agency: { code: '000.00.14.H15', name: 'Sở' } })
  const commune = await failure({ agency: { code: '001.07.14.H15', name: 'Phòng' } })
  const elsewhere = await failure({ agency: { code: '000.00.15.H15', name: 'Sở khác' } })
  const cause = { fingerprint: await fingerprintOf(department) }
  t.equal(await matching(cause), 3, 'the number in the words does not make another cause')
  t.equal(await matching({ unit: '000.00.14.H15' }), 2)
  t.equal(await matching({ unit: 'H15.14.07' }), 1)
  t.equal(await matching({ unit: 'H15' }), 3)
  t.equal(await matching({ unit: 'H15.1' }), 0, 'the beginning of another code is not an agency above it')
  const { procedure_code: procedure } = await db.selectFrom('dossiers').select('procedure_code').where('code', '=', commune.code).executeTakeFirstOrThrow()
  t.equal(await matching({ procedure }), 3)
  t.equal(await matching({ procedure: '9.999999' }), 0)
  const after = new Date(Date.now() + 1000).toISOString()
  for (const name of ['planned', 'failed']) {
    t.equal(await matching({ [`${name}From`]: before, [`${name}To`]: after, ...cause }), 3)
    t.equal(await matching({ [`${name}From`]: after, ...cause }), 0)
    t.equal(await matching({ [`${name}To`]: before, ...cause }), 0)
  }
  t.equal(await matching({ unit: 'H15', ids: idsOf([elsewhere]) }), 1, 'all that is given has to hold')
})

const BAD: Record<string, object> = {
  'a unit that is a number': { unit: 15 },
  'a fingerprint that is a list': { fingerprint: ['a'] },
  'a day that is no time': { plannedFrom: '2026-11-04' },
  'a time without a zone': { failedTo: '2026-11-04T08:00:00' },
  'a time that is none': { failedTo: '2026-13-45T08:00:00Z' },
  'a rate of nothing': { state: 'failed', rate: 0 },
  'a rate in parts': { state: 'failed', rate: 1.5 },
  'a rate as text': { state: 'failed', rate: '20' },
  'a rate alone': { rate: 20 },
  'a confirmed number alone': { confirmCount: 3 },
  'a confirmed number that is none': { state: 'failed', confirmCount: -1 }
}

for (const [name, payload] of Object.entries(BAD)) {
  t.test(`${name} is refused, nothing is redriven`, async t => {
    checkProblem(t, (await redrive(payload)).response, { status: 422, code: 'redrive-filter-invalid' })
  })
}

t.test('the 30th of February is taken as JavaScript takes it, not a fault of ours', async t => {
  t.equal((await redrive({ failedTo: '2026-02-30T08:00:00Z', dryRun: true })).status, 200)
})

t.test('one cause with many victims is one line', async t => {
  const victim = await failure({}, 'Mã đơn vị "000.00.13.H15" sai')
  await failures(2, {}, 'Mã đơn vị "000.00.14.H15" sai')
  const more = await failures(2, {}, 'Mã đơn vị "000.00.15.H15" sai')
  const other = await failure({}, 'Thiếu người nộp')
  const { causes } = await get<{ causes: Array<Record<string, unknown>> }>('/v1/deliveries/causes?adapter=national-portal&state=refused')
  t.match(causes, [{
    fingerprint: await fingerprintOf(victim),
    adapter: 'national-portal',
    kind: 'refused',
    count: 5,
    states: { refused: 5 },
    firstAt: /\+07:00$/,
    lastAt: /\+07:00$/,
    example: { deliveryId: more[1]?.id, dossierCode: more[1]?.code, words: /000\.00\.15/ },
    message: /từ chối/,
    messageEn: /refused/,
    cure: String,
    cureEn: String
  }, { fingerprint: await fingerprintOf(other), count: 1 }])
  t.equal(causes.length, 2)
  t.strictSame((await get<{ causes: unknown[] }>('/v1/deliveries/causes?state=held')).causes, [])
  const shown = await get<{ deliveries: Array<{ id: string, lastFailure: { fingerprint: string } }> }>(`/v1/deliveries?fingerprint=${String(causes[1]?.['fingerprint'])}`)
  t.match(shown.deliveries, [{ id: other.id, lastFailure: { fingerprint: causes[1]?.['fingerprint'] } }])
})

t.test('causes are counted from their index, not by reading what was delivered', async t => {
  await sql`set enable_seqscan = off`.execute(db)
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain select adapter, fingerprint, state, count(*), min(failed_at), max(id) from deliveries
    where fingerprint is not null and state in ('queued', 'sending', 'retrying', 'held', 'refused', 'failed') group by 1, 2, 3`.execute(db)
  t.match(rows.map(row => row['QUERY PLAN']).join('\n'), 'deliveries_causes')
})

t.test('a dry run shows the number, at most ten of them, and how they are spread; nothing changes', async t => {
  const failed = await failures(12)
  const { body } = await redrive({ ids: idsOf(failed), dryRun: true })
  t.match(body, { dryRun: true, matching: 12, confirmationNeeded: true, breakdown: [{ adapter: 'national-portal', state: 'refused', count: 12 }] })
  t.strictSame((body['sample'] as Array<{ dossierCode: string }>).map(one => one.dossierCode), failed.slice(0, 10).map(({ code }) => code))
  t.strictSame([...new Set(await statesOf(failed))], ['refused'])
})

t.test('above the limit the counted number has to be given; a wrong one is refused below it too', async t => {
  const failed = await failures(6)
  const filter = { ids: idsOf(failed) }
  for (const wrong of [{}, { confirmCount: 5 }, { rate: 100 }, { rate: 100, confirmCount: 7 }]) {
    const { response } = await redrive({ ...filter, ...wrong })
    checkProblem(t, response, { status: 409, code: 'confirmation-needed', members: ['matching'] })
    t.match(response.json(), { matching: 6, detail: /confirmCount: 6/ })
  }
  checkProblem(t, (await redrive({ ids: idsOf(failed.slice(0, 2)), confirmCount: 6 })).response, { status: 409, code: 'confirmation-needed', members: ['matching'] })
  t.strictSame([...new Set(await statesOf(failed))], ['refused'])
  t.strictSame((await get<{ redrives: unknown[] }>('/v1/redrives')).redrives, [], 'no job was made')
  t.match((await redrive({ ...filter, confirmCount: 6 })).body, { matching: 6, deliveries: { length: 6 } })
  await gateway.settled()
  t.strictSame([...new Set(await statesOf(failed))], ['delivered'])
})

t.test('with a rate it is a job: each delivery once, a result for each, all of it on the log', async t => {
  const failed = await failures(5)
  const started = Date.now()
  const job = await startJob(t, { ids: idsOf(failed), rate: 4 })
  t.match(await ended(job), { state: 'done', total: 5, done: 5, redriven: 5, superseded: 0, skipped: 0, remaining: 0, rate: 4, requestedBy: 'client:bootstrap' })
  t.ok(Date.now() - started >= 1000, 'four a second: the fifth starts a second after the first')
  await gateway.settled()
  const { items, nextCursor } = await get<{ items: unknown[], nextCursor: string | null }>(`${job}/items`)
  t.match(items, failed.map(({ id, code }) => ({ deliveryId: id, dossierCode: code, result: 'redriven', reason: null, state: 'delivered' })))
  t.equal(nextCursor, null)
  const { items: first, nextCursor: cursor } = await get<{ items: unknown[], nextCursor: string }>(`${job}/items?limit=2`)
  t.match(await get(`${job}/items?limit=2&cursor=${cursor}`), { items: items.slice(2, 4) })
  t.equal(first.length, 2)
  const listed = await get<{ deliveries: Array<{ id: string }> }>('/v1/deliveries?state=refused&limit=500')
  t.notOk(listed.deliveries.some(({ id }) => idsOf(failed).includes(id)), 'what was rerun does not come back in the list of failures')
  const redriven = await db.selectFrom('audit_entries').select(['actor', 'delivery_id', 'details']).where('delivery_id', 'in', idsOf(failed)).where('action', '=', 'delivery.redriven').orderBy('id').execute()
  t.match(redriven, failed.map(({ id }) => ({ actor: 'client:bootstrap', delivery_id: id, details: { redrive: job.split('/').at(-1) } })))
  const ofJob = await db.selectFrom('audit_entries').select(['actor', 'action']).where('action', 'like', 'redrive.%').orderBy('id').execute()
  t.strictSame(ofJob.slice(-2), [{ actor: 'client:bootstrap', action: 'redrive.created' }, { actor: 'gateway', action: 'redrive.done' }])
})

t.test('paused it stands still, resumed it goes on, cancelled it ends and leaves the rest as it was', async t => {
  const failed = await failures(5)
  const job = await startJob(t, { ids: idsOf(failed), rate: 1 })
  await until(async () => Number((await get(job))['done']) >= 1)
  t.match((await post(`${job}/pause`)).body, { changed: true, state: 'paused' })
  const { done } = await get(job)
  await new Promise(resolve => setTimeout(resolve, 2500))
  t.match(await get(job), { state: 'paused', done })
  t.match((await post(`${job}/pause`)).body, { changed: false, state: 'paused' })
  t.match((await post(`${job}/resume`)).body, { changed: true, state: 'running' })
  await until(async () => Number((await get(job))['done']) > Number(done))
  t.match((await post(`${job}/cancel`)).body, { changed: true, state: 'cancelled' })
  for (const change of ['pause', 'resume', 'cancel']) t.match((await post(`${job}/${change}`)).body, { changed: false, state: 'cancelled' }, change)
  await gateway.settled()
  const { redriven } = await get(job)
  t.strictSame((await statesOf(failed)).sort(), [...Array(Number(redriven)).fill('delivered'), ...Array(5 - Number(redriven)).fill('refused')])
  const actions = await db.selectFrom('audit_entries').select('action').where('action', 'like', 'redrive.%').orderBy('id').execute()
  t.strictSame(actions.slice(-4).map(({ action }) => action), ['redrive.created', 'redrive.paused', 'redrive.resumed', 'redrive.cancelled'])
})

t.test('the selection is frozen: what fails later is not caught up in it, what changed meanwhile is skipped and says why', async t => {
  const [changed, tried, left] = await failures(3) as [Failed, Failed, Failed]
  const job = await startJob(t, { state: 'refused', rate: 1000 })
  await post(`${job}/pause`)
  if ((await get(job))['state'] !== 'paused') return t.fail('the job ended before it could be paused')
  await gateway.call({ method: 'POST', url: `/v1/deliveries/${changed.id}/cancel` })
  const fault = gateway.sandbox.faults.add({ kind: 'refuse', code: '3', message: 'Sai lĩnh vực', match: { dossierCode: tried.code } })
  const { lanes } = await redriveDeliveries(db, { ids: [tried.id] }, 'operator:test')
  gateway.services.relay.ring(lanes)
  await gateway.settled()
  gateway.sandbox.faults.remove(fault.id)
  const later = await failure()
  await post(`${job}/resume`)
  t.match(await ended(job), { total: 3, redriven: 1, skipped: 2 })
  await gateway.settled()
  t.match(await get(`${job}/items?result=skipped`), { items: [{ deliveryId: changed.id, reason: 'now-cancelled' }, { deliveryId: tried.id, reason: 'attempted-since', state: 'refused' }] })
  t.match(await get(`${job}/items?result=redriven`), { items: [{ deliveryId: left.id, state: 'delivered' }] })
  t.strictSame(await statesOf([later]), ['refused'])
})

t.test('a revision whose lane has delivered a later one ends superseded and nothing is sent', async t => {
  const first = await failure()
  await gateway.push(aDossier({ code: first.code, summary: 'Lần hai' }))
  await gateway.settled()
  const held = gateway.sandbox.store.dossier(first.code)
  const job = await startJob(t, { ids: [first.id], rate: 10 })
  t.match(await ended(job), { redriven: 0, superseded: 1, skipped: 0 })
  t.match(await get(`${job}/items`), { items: [{ result: 'superseded', state: 'superseded' }] })
  t.strictSame(gateway.sandbox.store.dossier(first.code), held)
})

t.test('a job that is asked for twice tries each delivery twice when it fails again: two results, two lines in the log', async t => {
  const one = await failure()
  const jobs: string[] = []
  for (const attempts of [2, 3]) {
    const fault = gateway.sandbox.faults.add({ kind: 'refuse', code: '3', message: 'Sai lĩnh vực', match: { dossierCode: one.code } })
    jobs.push(await startJob(t, { ids: [one.id], rate: 10 }))
    t.match(await ended(jobs.at(-1) ?? ''), { redriven: 1 })
    await gateway.settled()
    gateway.sandbox.faults.remove(fault.id)
    t.match(await get(`/v1/deliveries?dossier=${one.code}`), { deliveries: [{ state: 'refused', attempts }] })
  }
  for (const job of jobs) t.match(await get(`${job}/items`), { items: [{ result: 'redriven', state: 'refused' }] })
})

t.test('a job that nothing matches ends at once', async t => {
  t.match(await ended(await startJob(t, { failureCode: 'no-such-code', rate: 1 })), { state: 'done', total: 0, remaining: 0 })
})

t.test('what does not exist is told', async t => {
  for (const url of ['/v1/redrives/999999', '/v1/redrives/999999/items']) checkProblem(t, await gateway.call({ url }), { status: 404, code: 'no-such-redrive' })
  checkProblem(t, (await post('/v1/redrives/999999/pause')).response, { status: 404, code: 'no-such-redrive' })
  checkProblem(t, await gateway.call({ url: '/v1/redrives/x' }), { status: 400, code: 'invalid-parameter' })
})
