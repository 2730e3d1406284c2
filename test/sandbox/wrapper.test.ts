// Generation B: one address per service, bare lists, plain-text and double-encoded answers (contract §1.4, §1.5, §1.7).
import t from 'tap'
import { CODE, dossier, start, step } from './support.js'
import type { Client, Message } from './support.js'

const UNIT = 'MaDinhDanhDV=000.00.01.H99'
const REFUSED = 'Đồng bộ không thành công: '

interface Told { status: number, type: string | null, text: string }

async function call ({ base }: Client, address: string, init: RequestInit = {}): Promise<Told> {
  const response = await fetch(`${base}/${address.includes('/') ? address : `KetNoiMotCuaQuocGia/${address}`}`, init)
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

async function write (client: Client, address: string, body: unknown): Promise<Told> {
  return call(client, address, post(body))
}

function post (body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
}

/** The inner JSON of a double-encoded read. */
function inner ({ text }: Told): unknown {
  const outer = JSON.parse(text) as { error_code: string, message: string }
  t.equal(outer.error_code, '0')
  return JSON.parse(outer.message)
}

t.test('one address takes create and update by its query, and keeps both like generation A\'s', async t => {
  const client = await start(t)
  const address = (isUpdating: string): string => `DongBoHoSoMC?${UNIT}&isUpdating=${isUpdating}`
  t.strictSame((await write(client, address('False'), [dossier()])).text, '{"error_code":"0","message":"Đồng bộ thành công"}')
  t.strictSame((await write(client, address('False'), [dossier()])).text, `{"error_code":"-3","message":"Hồ sơ ${CODE} đã tồn tại"}`)
  t.match(await write(client, address('True'), [dossier({ TrangThaiHoSo: '4' })]), { status: 200 })
  t.match((await client.control('GET', `/dossiers/${CODE}`)).body, {
    creates: 1, updates: 1, duplicatedCreates: 1, status: '4', writes: [{ kind: 'create', dossier: dossier() }, { kind: 'update' }]
  })
  t.match(await client.sync('False', dossier()), { message: /đã tồn tại/ }, 'both generations look at one store')
})

t.test('three addresses and the other known base do the same work', async t => {
  const client = await start(t)
  t.match((await write(client, 'ThemMoiHoSo', [dossier()])).text, /thành công/)
  t.match((await write(client, 'CapNhatHoSo', [dossier()])).text, /thành công/)
  t.match((await write(client, 'DongBoTienTrinh', [step()])).text, /thành công/)
  t.match((await write(client, 'test/api/SynsTTHCC/DongBoHoSoMC?isUpdating=True', [dossier()])).text, /thành công/)
  t.match(client.sandbox.summary(), { creates: 1, updates: 2, steps: 1 })
})

t.test('a dossier is refused for', async t => {
  const client = await start(t)
  const bad: Array<[string, unknown, RegExp]> = [
    ['DongBoHoSoMC', [dossier()], /isUpdating/],
    ['DongBoHoSoMC?isUpdating=true', [dossier()], /isUpdating/],
    ['DongBoHoSoMC?isUpdating=False', { data: [dossier()] }, /mảng/],
    ['DongBoHoSoMC?isUpdating=False', dossier(), /mảng/],
    ['DongBoHoSoMC?isUpdating=False', [], /mảng/],
    ['DongBoHoSoMC?isUpdating=False&MaDinhDanhDV=H99', [dossier()], /MaDinhDanhDV/],
    ['ThemMoiHoSo', [dossier({ TrangThaiHoSo: 2 })], /TrangThaiHoSo/]
  ]
  for (const [address, body, message] of bad) t.match((await write(client, address, body)).text, message, address)
  t.equal(client.sandbox.summary().dossiers, 0)
})

t.test('progress is answered in plain text', async t => {
  const client = await start(t)
  await write(client, 'ThemMoiHoSo', [dossier()])
  t.strictSame(await write(client, 'CapNhatTienDoHoSoMC', [step()]), { status: 200, type: 'text/plain; charset=utf-8', text: 'Đồng bộ thành công' })
  t.equal((await write(client, 'CapNhatTienDoHoSoMC', [step({ MaHoSo: 'X-1' })])).text, `${REFUSED}Hồ sơ X-1 không tồn tại`)
  t.match((await write(client, 'CapNhatTienDoHoSoMC', [step({ NoiDungXuLy: null })])).text, new RegExp(`^${REFUSED}.*NoiDungXuLy`))
})

t.test('reads are JSON in JSON, by either method', async t => {
  const client = await start(t)
  await write(client, 'ThemMoiHoSo', [dossier()])
  t.match(inner(await call(client, 'LayDanhSachTTHC')), { result: [{ MATTHC: '1.000001.000.00.00.H99', TENTTHC: 'Thủ tục mẫu A' }] })
  t.match(inner(await call(client, 'LayDanhSachTTHC', { method: 'POST' })), { result: [{ TENTTHC: 'Thủ tục mẫu A' }] })
  t.match(inner(await call(client, 'LayThuTuc?maTTHC=2.000003')), { result: [{ TENTTHC: 'Thủ tục mẫu C' }] })
  t.strictSame(inner(await call(client, 'LayThuTuc?maTTHC=9.999999')), { result: [] })
  t.match(inner(await call(client, 'LayDVC')), { result: { data: [{ TENDVC: 'Dịch vụ mẫu' }] } })
  t.match(inner(await call(client, 'TraCuuTechID?mstorcmnd=099000000001')), { result: [{ TECHNICALID: /^0000/ }] })
  t.match(inner(await call(client, `TraCuuHoSo?mahoso=${CODE}`)), { result: [{ MaHoSo: CODE }] })
  t.strictSame(inner(await call(client, 'TraCuuHoSo?mahoso=X-1')), { result: [] })
  t.match((await call(client, 'TraCuuHoSo')).text, /"3".*mahoso/)
})

t.test('the status of a portal\'s own dossier is one object', async t => {
  const client = await start(t)
  const data = { MaHoSo: 'G22.99-261104-000123', MaHoSoDonVi: CODE, NgayXuLy: '20261104103000', TrangThai: '11' }
  t.match((await write(client, 'DongBoTrangThaiHoSoKM', data)).text, /thành công/)
  t.match((await client.control('GET', '/statuses')).body, { statuses: [{ service: 'DongBoTrangThaiHoSoKM', data }] })
})

t.test('an address that no wrapper has is a 404', async t => {
  const client = await start(t)
  t.match(await call(client, 'LayMatKhau'), { status: 404, text: /LayMatKhau/ })
})

t.test('a token is asked for when one is set, and never shown', async t => {
  const client = await start(t)
  t.match((await client.control('POST', '/settings', { wrapperToken: 'bi-mat-9f31' })).body, { wrapperToken: '…' })
  t.match(await call(client, 'LayDanhSachTTHC'), { status: 401 })
  t.match(await call(client, 'ThemMoiHoSo', post([dossier()], { authorization: 'Bearer sai' })), { status: 401 })
  t.match(await call(client, 'ThemMoiHoSo', post([dossier()], { authorization: 'Bearer bi-mat-9f31' })), { status: 200 })
  const shown = await Promise.all(['/requests', '/settings'].map(async path => (await client.control('GET', path)).body))
  t.notMatch(JSON.stringify(shown), /bi-mat-9f31/)
})

t.test('faults strike generation B in its own forms', async t => {
  const client = await start(t)
  const progress = { service: 'CapNhatTienDoHoSoMC' }
  await client.fault({ kind: 'refuse', match: { path: 'wrapper', ...progress }, message: 'Trạng thái không hợp lệ', times: 1 })
  await client.fault({ kind: 'duplicate', match: { path: 'wrapper', isUpdating: 'False' }, times: 1 })
  await client.fault({ kind: 'lost-answer', match: { service: 'DongBoHoSoMC' }, times: 1 })
  await client.fault({ kind: 'huge', match: progress, bytes: 100_000 })
  t.equal((await write(client, 'DongBoTienTrinh', [step()])).text, `${REFUSED}Trạng thái không hợp lệ`)
  t.match((await write(client, 'ThemMoiHoSo', [dossier()])).text, `{"error_code":"-3","message":"Hồ sơ ${CODE} đã tồn tại"}`)
  await t.rejects(write(client, 'ThemMoiHoSo', [dossier()]))
  t.match(client.sandbox.summary(), { creates: 1 })
  const { text } = await write(client, 'DongBoTienTrinh', [step()])
  t.ok(text.length > 100_000)
  t.match(text.replace(/ +(?=g$)/, ''), 'Đồng bộ thành công')
})

t.test('requests show what came, by the name of the service', async t => {
  const client = await start(t)
  await write(client, `CapNhatHoSo?${UNIT}`, [dossier()])
  t.match((await client.control('GET', `/requests?service=DongBoHoSoMC&code=${CODE}`)).body, {
    requests: [{ path: 'wrapper', service: 'DongBoHoSoMC', isUpdating: 'True', session: null, codes: [CODE], body: [dossier()], answered: { status: 200, error_code: '-3' } }]
  } as Message)
})
