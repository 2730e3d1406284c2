import t, { type Test } from 'tap'
import { createClient } from '../../../adapters/national-portal/client.js'
import adapter from '../../../adapters/national-portal/adapter.js'
import { HttpFailure } from '../../../src/adapter-kit/http.js'
import {
  context, dossierCall, isLogin, manifest, obliging, portal, progressCall, settings, type Answer, type Portal, type Seen
} from './support.js'
import type { Settings } from '../../../src/adapter-kit/contract/open.js'

const NEVER = new AbortController().signal

function described (t: Test, changed: Settings): { url: string, headers: Readonly<Record<string, string>> } {
  const client = createClient({ settings: { ...settings, ...changed }, limits: manifest.limits, now: () => 0 })
  t.teardown(client.close)
  return client.describe(dossierCall, 'create')
}

t.test('the bus prefix, a path with its own query and dstcode all reach the address', async t => {
  const { url } = described(t, {
    BASE_URL: 'http://10.0.0.5:8080/VXPAdapter/RestService/forward/',
    WRITE_PATH: '/mapi/g?providerurl=https://dvc.example.vn'
  })
  t.equal(url, 'http://10.0.0.5:8080/VXPAdapter/RestService/forward/mapi/g?providerurl=https://dvc.example.vn&dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider')
})

t.test('DSTCODE_IN puts dstcode where the bus wants it', async t => {
  const inHeader = described(t, { DSTCODE_IN: 'header' })
  t.notMatch(inHeader.url, 'dstcode')
  t.ok(inHeader.headers.dstcode)
  const inQuery = described(t, { DSTCODE_IN: 'query' })
  t.match(inQuery.url, '?dstcode=VN:GOV:')
  t.notOk('dstcode' in inQuery.headers)
})

t.test('a base address without a path works', async t => {
  t.equal(described(t, { BASE_URL: 'http://truc.example.vn', DSTCODE_IN: 'header' }).url, 'http://truc.example.vn/mapi/sync')
})

t.test('a described request shows neither session nor password', async t => {
  const text = JSON.stringify(described(t, {}))
  t.match(text, '«session»')
  t.notMatch(text, 'mat-khau-thu')
})

t.test('calls are UTF-8 JSON with the headers of the contract and a length in bytes', async t => {
  const { client, writes } = await portal(t, obliging)
  await client.send({ ...dossierCall, message: [{ ChuHoSo: 'Nguyễn Thị Mẫu' }] }, context('update'))
  const [write] = writes()
  t.match(write?.headers, { accept: 'application/json', 'content-type': 'application/json', charset: 'utf-8', dstcode: settings.DSTCODE })
  t.equal(Number(write?.headers['content-length']), Buffer.byteLength(JSON.stringify(write?.body)))
  t.match(write?.body, { isUpdating: 'True', data: [{ ChuHoSo: 'Nguyễn Thị Mẫu' }] })
})

t.test('steps go to their own service', async t => {
  const { client, writes } = await portal(t, obliging)
  t.match(await client.send(progressCall, context('update')), { verdict: 'done' })
  t.strictSame(Object.keys(writes()[0]?.body ?? {}), ['session', 'madonvi', 'service', 'data'])
  t.equal(writes()[0]?.body.service, 'CapNhatTienDoHoSoMC')
})

t.test('sending is told after the login and before the message', async t => {
  const order: string[] = []
  const { client } = await portal(t, (seen, portal) => {
    order.push(isLogin(seen) ? 'login' : 'write')
    return obliging(seen, portal)
  })
  await client.send(dossierCall, { ...context(), sending: async () => { order.push('sending') } })
  t.strictSame(order, ['login', 'sending', 'write'])
})

t.test('a write that is not answered throws a failure that says it may have been received', async t => {
  const { client } = await portal(t, (seen, portal) => isLogin(seen) ? obliging(seen, portal) : null)
  const error = await client.send(dossierCall, context()).catch((thrown: unknown) => thrown)
  t.ok(error instanceof HttpFailure && error.sent)
})

t.test('a call of another name is a defect', async t => {
  const { client } = await portal(t, obliging)
  await t.rejects(client.send({ operation: 'survey', message: [], steps: [] }, context()), { message: 'the portal has no call survey' })
})

t.test('a message that is no list counts as one entry', async t => {
  const { client } = await portal(t, (seen, portal) => isLogin(seen) ? obliging(seen, portal) : { body: { error_code: 3, message: 'x' } })
  t.match(await client.send({ operation: 'dossier', message: {}, steps: [] }, context()), { code: 'portal-refused' })
})

function lookup (answer: Answer) {
  return (seen: Seen, portal: Portal): Answer => isLogin(seen) ? obliging(seen, portal) : answer
}

t.test('exists asks TraCuuHoSo with lower-case mahoso at the path of reads', async t => {
  const { client, writes } = await portal(t, lookup({ body: { error_code: 0, message: '', result: [{ MAHOSO: 'x' }] } }))
  t.equal(await client.exists('000.00.14.H15-261104-0001', NEVER), true)
  t.match(writes()[0]?.path, /^\/forward\/mapi\/share\?/)
  t.strictSame(writes()[0]?.body, { session: 's1', madonvi: '000.00.00.H15', service: 'TraCuuHoSo', mahoso: '000.00.14.H15-261104-0001' })
})

t.test('an empty list is a no', async t => {
  const { client } = await portal(t, lookup({ body: { error_code: 0, message: '', result: [] } }))
  t.equal(await client.exists('H15-1', NEVER), false)
})

const SILENCES: Record<string, Answer> = {
  'an error': { body: { error_code: -1, message: 'Có lỗi xảy ra' } },
  'a success without a list': { body: { error_code: 0, message: '' } },
  'an empty object, as OpenCPS makes of a time-out': { body: {} },
  'an expired session': { body: { error_code: -1, message: 'Phiên làm việc hết hạn' } },
  'a web page': { body: '<html></html>', headers: { 'content-type': 'text/html' } },
  'a 502': { status: 502, body: '' }
}

for (const [what, answer] of Object.entries(SILENCES)) {
  t.test(`2: ${what} is not taken for "no such dossier"`, async t => {
    const { client } = await portal(t, lookup(answer))
    await t.rejects(client.exists('H15-1', NEVER), { message: /^TraCuuHoSo gave no answer: / })
  })
}

t.test('2: neither is a lookup that is cut off, nor a login that fails', async t => {
  const cut = await portal(t, (seen, portal) => isLogin(seen) ? obliging(seen, portal) : null)
  await t.rejects(cut.client.exists('H15-1', NEVER), HttpFailure)
  const locked = await portal(t, () => ({ body: { error_code: 1, message: 'Sai mật khẩu' } }))
  await t.rejects(locked.client.exists('H15-1', NEVER), { message: 'TraCuuHoSo gave no answer: login.login-refused' })
})

t.test('a lookup whose session ran out is asked again with a new one', async t => {
  const { client, logins } = await portal(t, (seen, portal) => {
    if (isLogin(seen)) return obliging(seen, portal)
    return { body: seen.body.session === 's1' ? { error_code: -1, message: 'Session expired' } : { error_code: 0, result: [] } }
  })
  t.equal(await client.exists('H15-1', NEVER), false)
  t.equal(logins(), 2)
})

t.test('a test logs in anew and touches nothing else', async t => {
  const { client, seen } = await portal(t, obliging)
  await client.send(dossierCall, context())
  t.match(await client.test(NEVER), { verdict: 'done', rule: 'login.session' })
  t.strictSame(seen.map(one => isLogin(one)), [true, false, true])
})

t.test('the adapter ties mapping and client', async t => {
  const client = adapter.deliver.open({ settings, limits: manifest.limits, now: () => 0 })
  t.equal(client.describe(dossierCall, 'create').method, 'POST')
  t.type(adapter.deliver.map, 'function')
  await client.close()
})
