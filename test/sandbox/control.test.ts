import t from 'tap'
import { CODE, DONE, dossier, post, start, step } from './support.js'
import type { Message } from './support.js'

t.test('the summary counts what came', async t => {
  const { sync, report, login, control } = await start(t)
  await login({ username: 'x', password: 'x' })
  await sync('False', dossier())
  await sync('False', dossier())
  await sync('True', dossier())
  await report(step(), step())
  t.strictSame((await control('GET', '/summary')).body, {
    dossiers: 1,
    creates: 1,
    updates: 1,
    steps: 2,
    duplicatedCreates: 1,
    duplicatedSteps: 1,
    logins: 1,
    requests: 6,
    droppedRequests: 0
  })
})

t.test('requests are kept with their answers, and no password', async t => {
  const { sync, session, control } = await start(t, { now: () => Date.parse('2026-11-04T09:00:00.250+07:00') })
  await sync('False', dossier())
  const { body } = await control('GET', '/requests')
  t.strictSame((body['requests'] as unknown[])[0], {
    n: 1,
    at: '2026-11-04T09:00:00.250+07:00',
    path: 'login',
    service: 'login',
    isUpdating: null,
    session: null,
    codes: [],
    body: { username: '000.00.00.H15' },
    fault: null,
    done: { status: 200, error_code: 0, message: '' },
    answered: { status: 200, error_code: 0, message: '' }
  })
  t.match((body['requests'] as unknown[])[1], {
    n: 2,
    path: 'data',
    service: 'DongBoHoSoMC',
    isUpdating: 'False',
    session,
    codes: [CODE],
    body: { data: [dossier()] },
    answered: { status: 200, ...DONE }
  })
})

t.test('a lost answer shows as done but not answered', async t => {
  const { sync, fault, control } = await start(t)
  await fault({ kind: 'lost-answer', times: 1 })
  await t.rejects(sync('False', dossier()))
  t.match((await control('GET', `/requests?code=${CODE}`)).body, {
    requests: [{ fault: { id: 'f1', kind: 'lost-answer' }, done: { ...DONE, status: 200 }, answered: null }]
  })
})

t.test('requests can be filtered and paged', async t => {
  const { sync, report, control } = await start(t)
  await sync('False', dossier(), dossier({ MaHoSo: 'OTHER-1' }))
  await report(step())
  await report(step({ MaHoSo: 'OTHER-1' }))
  const numbers = async (query: string) => ((await control('GET', `/requests?${query}`)).body['requests'] as Array<{ n: number }>).map(({ n }) => n)
  t.strictSame(await numbers('service=CapNhatTienDoHoSoMC'), [3, 4])
  t.strictSame(await numbers('code=OTHER-1'), [2, 4])
  t.strictSame(await numbers('after=1&limit=2'), [2, 3])
  t.strictSame(await numbers('after=4'), [])
  t.equal((await control('GET', '/requests?limit=x')).status, 400)
})

t.test('the oldest requests are dropped and counted at the caps', async t => {
  for (const caps of [{ keptRequests: 2 }, { keptBytes: 4000 }]) {
    const { sync, control } = await start(t, caps)
    const note = 'x'.repeat(1000)
    await sync('False', dossier({ GhiChu: note }))
    await sync('True', dossier({ GhiChu: note }))
    await sync('True', dossier({ GhiChu: 'mới' + note }))
    const { body } = await control('GET', '/requests')
    t.match(body, { total: 4, dropped: 2, requests: [{ n: 3 }, { n: 4 }] }, JSON.stringify(caps))
    t.match((await control('GET', `/dossiers/${CODE}`)).body, { creates: 1, updates: 2, dossier: { GhiChu: /^mới/ } })
  }
})

t.test('a body that is no JSON is kept as text; a login body never', async t => {
  const { base, control } = await start(t)
  await post(`${base}/mapi/g`, '{oops')
  await post(`${base}/mapi/login`, '{"password": "secret')
  t.match((await control('GET', '/requests?after=1')).body, { requests: [{ body: '{oops', service: null }, { body: '' }] })
})

t.test('dossiers are listed in pages', async t => {
  const { sync, control } = await start(t)
  await sync('False', dossier(), dossier({ MaHoSo: 'OTHER-1' }))
  const list = (await control('GET', '/dossiers')).body
  t.match(list, { total: 2, dossiers: [{ code: CODE, status: '2', creates: 1, updates: 0, steps: 0 }, { code: 'OTHER-1' }] })
  t.match((await control('GET', '/dossiers?offset=1&limit=1')).body, { total: 2, dossiers: [{ code: 'OTHER-1' }] })
})

t.test('a forgotten dossier can be created again', async t => {
  const { sync, control } = await start(t)
  await sync('False', dossier())
  t.strictSame((await control('DELETE', `/dossiers/${CODE}`)).body, { forgotten: CODE })
  t.equal((await control('DELETE', `/dossiers/${CODE}`)).status, 404)
  t.equal((await control('GET', `/dossiers/${CODE}`)).status, 404)
  t.match(await sync('True', dossier()), { message: /không tồn tại/ })
  t.strictSame(await sync('False', dossier()), DONE)
})

t.test('a stored dossier can be made stale, which counts as no write of a client', async t => {
  const { sync, ask, control } = await start(t, { now: () => Date.parse('2026-11-04T09:00:00.250+07:00') })
  await sync('False', dossier())
  const altered = await control('PATCH', `/dossiers/${CODE}`, { TrangThaiHoSo: '9', GhiChu: 'cũ', Email: null })
  t.match(altered.body, { status: '9', creates: 1, updates: 0, writes: [{ kind: 'create' }, { kind: 'altered', at: '2026-11-04T09:00:00.250+07:00', request: 0 }] })
  const { Email: _, ...rest } = dossier({ TrangThaiHoSo: '9', GhiChu: 'cũ' })
  t.strictSame(await ask({ service: 'TraCuuHoSo', mahoso: CODE }), { error_code: 0, message: '', result: [rest] })
  t.match((await control('GET', '/summary')).body, { creates: 1, updates: 0 })
  t.strictSame(await sync('True', dossier()), DONE)
  t.match((await control('GET', `/dossiers/${CODE}`)).body, { status: '2', updates: 1 })
  t.equal((await control('PATCH', '/dossiers/OTHER-1', { GhiChu: 'x' })).status, 404)
  for (const wrong of [{}, { MaHoSo: 'X' }, [], 'x']) t.equal((await control('PATCH', `/dossiers/${CODE}`, wrong)).status, 400)
})

t.test('error codes come in four styles', async t => {
  const { sync, login, ask, control } = await start(t)
  const styles: Array<[string, unknown, unknown, unknown, unknown]> = [
    ['contract', '0', '-3', 0, 0],
    ['number', 0, -3, 0, 0],
    ['string', '0', '-3', '0', '0'],
    ['double-zero', '00', '-3', '00', '00']
  ]
  for (const [errorCodes, done, refused, read, loggedIn] of styles) {
    await control('POST', '/settings', { errorCodes })
    const MaHoSo = `STYLE-${errorCodes}`
    t.match(await sync('False', dossier({ MaHoSo })), { error_code: done }, errorCodes)
    t.match(await sync('False', dossier({ MaHoSo })), { error_code: refused }, errorCodes)
    t.match(await ask({ service: 'LayDVC' }), { error_code: read }, errorCodes)
    t.match(await (await login()).json(), { error_code: loggedIn }, errorCodes)
  }
})

t.test('settings change the answers, are shown without passwords and are checked', async t => {
  const { login, sync, control } = await start(t)
  const accounts = [{ username: 'u', password: 'geheim' }]
  const { body } = await control('POST', '/settings', { accounts, successMessage: 'Xong' })
  t.match(body, { accounts: [{ username: 'u' }], successMessage: 'Xong', sessionSeconds: 600 })
  t.notMatch(JSON.stringify([body, (await control('GET', '/settings')).body]), /geheim/)
  t.match(await (await login(accounts[0])).json(), { error_code: 0 })
  t.match(await (await login()).json(), { error_code: -1 })
  t.match(await sync('False', dossier()), { message: 'Xong' })
  for (const wrong of [{ sessionSecond: 5 }, { sessionSeconds: '5' }, { errorCodes: 'x' }, { accounts: [] }]) {
    t.equal((await control('POST', '/settings', wrong)).status, 400, JSON.stringify(wrong))
  }
})

t.test('fault rules are listed with their hits, removed one by one or all', async t => {
  const { ask, fault, control } = await start(t)
  await fault({ kind: 'empty', skip: 1, match: { service: 'X' } })
  await fault({ kind: 'reset', match: { dossierCode: 'A' } })
  await fault({ kind: 'hang', match: { dossierCode: 'B' } })
  await ask({ service: 'X' })
  t.match((await control('GET', '/faults')).body, { faults: [{ id: 'f1', kind: 'empty', skip: 1, matched: 1, hits: 0 }, { id: 'f2', matched: 0 }, { id: 'f3' }] })
  t.equal((await control('DELETE', '/faults/f1')).status, 200)
  t.equal((await control('DELETE', '/faults/f1')).status, 404)
  t.strictSame((await control('DELETE', '/faults')).body, { removed: 2 })
  t.strictSame((await control('GET', '/faults')).body, { faults: [] })
})

t.test('a fault rule that says something unknown is refused', async t => {
  const { control } = await start(t)
  const wrong: Message[] = [
    {},
    { kind: 'x' },
    { kind: 'reset', time: 1 },
    { kind: 'reset', times: '1' },
    { kind: 'reset', match: { code: 'A' } },
    { kind: 'reset', match: { codePattern: '(' } },
    { kind: 'reset', delayMs: 1 },
    { kind: 'status', status: 200 },
    { kind: 'reset', probability: 2 }
  ]
  for (const rule of wrong) t.match(await control('POST', '/faults', rule), { status: 400, body: { error: /\w/ } }, JSON.stringify(rule))
  t.strictSame((await control('GET', '/faults')).body, { faults: [] })
})

t.test('reset puts everything back to the start', async t => {
  const { sync, fault, control, ask } = await start(t, { settings: { successMessage: 'OK thành công' } })
  await sync('False', dossier())
  await fault({ kind: 'hang', match: { service: 'X' } })
  await control('POST', '/settings', { successMessage: 'khác' })
  const { body } = await control('POST', '/reset')
  t.match(body, { dossiers: 0, creates: 0, requests: 0, logins: 0 })
  t.match((await control('GET', '/settings')).body, { successMessage: 'OK thành công' })
  t.strictSame((await control('GET', '/faults')).body, { faults: [] })
  t.match(await ask({ service: 'LayDVC' }), { error_code: -1 }, 'sessions are gone too')
})

t.test('a page in a browser cannot script the sandbox: the control API takes JSON only', async t => {
  const { base } = await start(t)
  const response = await post(`${base}/control/faults`, '{"kind":"reset"}', { headers: { 'content-type': 'text/plain' } })
  t.equal(response.status, 415)
})
