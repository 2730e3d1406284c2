// Adapters as an operator sees and handles them: backlog, pause, resume, test.
import t from 'tap'
import { aDossier, codeOf } from '../support/dossiers.js'
import { portalSettings, startGateway, type TestGateway } from '../support/gateway.js'
import { checkProblem } from './refusal.js'

const gateway = await startGateway(t, { role: 'api' })
const { db } = gateway.services

async function post (path: string, payload?: object, on: TestGateway = gateway): Promise<{ status: number, body: Record<string, unknown> }> {
  const response = await on.call({ method: 'POST', url: `/v1/adapters/${path}`, ...(payload === undefined ? {} : { payload }) })
  return { status: response.statusCode, body: response.json() }
}

async function shown (): Promise<Record<string, unknown>> {
  const { adapters } = (await gateway.call({ url: '/v1/adapters' })).json() as { adapters: Array<Record<string, unknown>> }
  return adapters[0] ?? {}
}

async function facts (action: string): Promise<Array<Record<string, unknown>>> {
  return db.selectFrom('audit_entries').select(['actor', 'adapter', 'details']).where('action', '=', action).orderBy('id').execute()
}

t.test('an adapter is shown with its names, its specification and an empty backlog', async t => {
  t.match(await shown(), {
    id: 'national-portal',
    title: 'Cổng Dịch vụ công quốc gia',
    titleEn: 'National Public Service Portal',
    specification: { version: /\S/ },
    paused: null,
    open: {},
    oldestPlannedAt: null
  })
})

t.test('no setting of an adapter is shown', async t => {
  const { body } = await gateway.call({ url: '/v1/adapters' })
  for (const key of ['PASSWORD', 'USERNAME', 'BASE_URL']) t.notMatch(body, `"${gateway.environment[`ADAPTER_NATIONAL_PORTAL_${key}`] ?? ''}"`)
})

t.test('the backlog counts what is open, by state, and tells since when', async t => {
  await gateway.push(aDossier({ code: codeOf(1) }))
  await gateway.push(aDossier({ code: codeOf(2) }))
  t.match(await shown(), { open: { queued: 2 }, oldestPlannedAt: /\+07:00$/ })
})

t.test('a second pause keeps the first one\'s time and reason, and is no fact of the log', async t => {
  t.strictSame(await post('national-portal/pause', { reason: 'Bảo trì' }), { status: 200, body: { id: 'national-portal', paused: true, changed: true } })
  const first = await shown()
  t.match(first, { paused: { by: 'client:bootstrap', reason: 'Bảo trì', since: /\+07:00$/ } })
  t.strictSame(await post('national-portal/pause', { reason: 'Lần hai' }), { status: 200, body: { id: 'national-portal', paused: true, changed: false } })
  t.strictSame(await shown(), first)
  t.strictSame(await facts('adapter.paused'), [{ actor: 'client:bootstrap', adapter: 'national-portal', details: {} }])
})

t.test('a second resume changes nothing', async t => {
  await post('national-portal/pause')
  t.match(await post('national-portal/resume'), { status: 200, body: { paused: false, changed: true } })
  t.match(await post('national-portal/resume'), { status: 200, body: { paused: false, changed: false } })
  t.match(await shown(), { paused: null })
  t.equal((await facts('adapter.resumed')).length, 1)
})

t.test('a pause needs no reason', async t => {
  for (const payload of [undefined, {}]) {
    t.match(await post('national-portal/pause', payload), { body: { changed: true } })
    t.match(await shown(), { paused: { reason: null } })
    await post('national-portal/resume')
  }
})

const BAD_REASONS: Record<string, unknown> = {
  'is no text': 7,
  'is null': null,
  'is empty': '',
  'is longer than anybody reads': 'x'.repeat(501),
  'has NUL in it': 'a\u0000b',
  'has a line break in it': 'a\nb',
  'has half of a surrogate pair in it': 'a\ud800'
}

for (const [name, reason] of Object.entries(BAD_REASONS)) {
  t.test(`a reason that ${name} is refused: 422, and nothing is paused`, async t => {
    const response = await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause', payload: { reason } })
    checkProblem(t, response, { status: 422, code: 'reason-invalid' })
    t.match(await shown(), { paused: null })
  })
}

t.test('an adapter that is not there cannot be paused, resumed or tested: 404 names those that are', async t => {
  for (const action of ['pause', 'resume', 'test']) {
    for (const id of ['other', '__proto__', 'constructor', '%00']) {
      const response = await gateway.call({ method: 'POST', url: `/v1/adapters/${id}/${action}` })
      t.match(checkProblem(t, response, { status: 404, code: 'adapter-not-found' }).detail, 'national-portal')
    }
  }
})

t.test('the right credentials pass the test, and the test is a fact of the log', async t => {
  t.match(await post('national-portal/test'), { status: 200, body: { id: 'national-portal', ok: true, rule: /\S/ } })
  t.match((await facts('adapter.tested')).at(-1), { actor: 'client:bootstrap', adapter: 'national-portal', details: { rule: /\S/ } })
  t.equal(gateway.sandbox.store.size(), 0, 'nothing was written at the portal')
})

t.test('a wrong password fails the test with the portal\'s words, and is not repeated', async t => {
  const password = 'sai-mat-khau-9f31'
  const other = await startGateway(t, { role: 'api', environment: { ADAPTER_NATIONAL_PORTAL_PASSWORD: password } })
  const answer = await post('national-portal/test', undefined, other)
  t.match(answer, { status: 200, body: { ok: false, code: 'login-refused', words: /\S/ } })
  t.notMatch(JSON.stringify(answer), password)
})

t.test('an address where nobody listens fails the test with its reason', async t => {
  const other = await startGateway(t, { role: 'api', adapterSettings: portalSettings('http://127.0.0.1:1') })
  t.match(await post('national-portal/test', undefined, other), { status: 200, body: { ok: false, code: 'unreachable' } })
})
