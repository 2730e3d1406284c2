// A client of a province's wrapper works against the gateway with another address, and what it sends arrives at the portal.
import t from 'tap'
import { addKey, generateKey } from '../../../src/db/keys.js'
import { createClientB, type ClientB } from './client-b.js'
import { anItem, CLIENT, received, receivedSteps, someSteps, startDropIn, UNIT } from './support.js'

const gateway = await startDropIn(t)
const { sandbox, services } = gateway
const BASE = `${gateway.url}/national-portal`
const BASIC = `Basic ${Buffer.from(`${CLIENT}:${gateway.key}`).toString('base64')}`

const client = (authorization?: string): ClientB => createClientB({ base: BASE, unit: UNIT, ...(authorization === undefined ? {} : { authorization }) })

for (const [name, authorization] of [['Bearer', `Bearer ${gateway.key}`], ['Basic', BASIC]] as const) {
  t.test(`${name}: create, update after "đã tồn tại", steps in chunks, all field for field`, async t => {
    const portal = client(authorization)
    const item = anItem()
    const many = Array.from({ length: 12 }, (_, index) =>
      ({ ...someSteps(item.MaHoSo)[0], ThoiDiemXuLy: `2026110409${String(index).padStart(2, '0')}00`, NoiDungXuLy: `Bước ${index}` }))
    t.equal(await portal.sync(item), 'created')
    t.ok(await portal.report(many))
    const changed = { ...item, TrangThaiHoSo: '4', GhiChu: 'Đang thẩm định' }
    t.equal(await portal.sync(changed), 'updated')
    await gateway.settled()
    t.strictSame(received(sandbox, item.MaHoSo), changed)
    t.strictSame(receivedSteps(sandbox, item.MaHoSo), many)
    t.match(sandbox.store.dossier(item.MaHoSo), { creates: 1, duplicatedSteps: 0 })
  })
}

t.test('answers have the types and words that such clients test for', async t => {
  const portal = client(BASIC)
  const item = anItem()
  const create = `DongBoHoSoMC?isUpdating=False&MaDinhDanhDV=${UNIT}`
  t.strictSame(JSON.parse(await portal.post(create, [item])), { error_code: '0', message: 'Đồng bộ thành công' })
  t.strictSame(JSON.parse(await portal.post(create, [item])), { error_code: '-3', message: `Hồ sơ ${item.MaHoSo} đã tồn tại` })
  t.equal(await portal.post('CapNhatTienDoHoSoMC', someSteps(item.MaHoSo)), 'Đồng bộ thành công')
  const unknown = await portal.post('CapNhatTienDoHoSoMC', someSteps('000.00.01.H99-261104-9999'))
  t.equal(unknown, 'Hồ sơ 000.00.01.H99-261104-9999 không tồn tại; gửi DongBoHoSoMC trước')
})

t.test('reads are JSON inside JSON: from the copy once it was pulled, and before that from the portal', async t => {
  const portal = client(BASIC)
  const before = await portal.read('LayDanhSachTTHC')
  const asked = sandbox.log.total()
  const adapter = services.adapters.get('national-portal')
  if (adapter === undefined) throw new Error('no adapter')
  await services.catalogue.pull(adapter, { actor: 'operator:test', force: false })
  const pulled = sandbox.log.total()
  t.ok(pulled > asked)
  t.strictSame(sorted(await portal.read('LayDanhSachTTHC')), sorted(before))
  t.match(await portal.read('LayDanhMucCoQuan'), [{ MADONVI: /\S/, TENDONVI: /\S/ }])
  t.equal(sandbox.log.total(), pulled, 'the portal was not asked')
  const [{ MATTHC: code }] = before as [{ MATTHC: string }]
  t.match(await portal.read(`LayThuTuc?maTTHC=${code}`), [{ MATTHC: code, LINHVUCTHUCHIEN: [{ MALINHVUC: /\S/ }] }])
  t.match(await portal.read('LayDanhSachTTHCDonVi?maDonVi=H99'), [])
  t.match(await portal.read('LayDVC'), { data: [{ MADVC: /\S/ }] })
  t.match(await portal.read('TraCuuTechID?mstorcmnd=099000000001'), [{ TECHNICALID: /\S/ }])
  t.strictSame(await portal.read('TraCuuTechID?mstorcmnd=099000000077'), [])
})

function sorted (rows: unknown): string[] {
  return (rows as unknown[]).map(row => JSON.stringify(row)).sort()
}

t.test('what the portal refuses or does not answer is told in its words or as such, never as empty', async t => {
  const portal = client(BASIC)
  const refusal = sandbox.faults.add({ kind: 'refuse', code: '7', message: 'Tài khoản chưa được cấp quyền', match: { service: 'TraCuuTechID' } })
  t.strictSame(JSON.parse(await portal.post('TraCuuTechID?mstorcmnd=099000000001', undefined)), { error_code: '7', message: 'Tài khoản chưa được cấp quyền' })
  sandbox.faults.remove(refusal.id)
  const silence = sandbox.faults.add({ kind: 'status', status: 504, match: { service: 'TraCuuTechID' } })
  t.match(JSON.parse(await portal.post('TraCuuTechID?mstorcmnd=099000000001', undefined)), { error_code: '-1', message: /chưa trả lời/ })
  sandbox.faults.remove(silence.id)
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
  t.match(JSON.parse(await portal.post('TraCuuTechID?mstorcmnd=099000000001', undefined)), { error_code: '-1', message: /tạm dừng/ })
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/resume' })
})

t.test('the status of a dossier of the portal\'s own goes to the portal, whose answer comes back', async t => {
  const data = { MaHoSo: 'G22.99-261104-000123', MaHoSoDonVi: '000.00.01.H99-261104-0002', MaDoiTuong: '', NoiDung: 'Đã tiếp nhận', NgayXuLy: '20261104103000', TrangThai: '2', TaiLieuXuLy: [] }
  t.match(JSON.parse(await client(BASIC).post('DongBoTrangThaiHoSo', data)), { error_code: '0', message: /thành công/ })
  t.strictSame(sandbox.store.notices('DongBoTrangThaiHoSo').map(notice => notice.data), [data])
})

t.test('whoever does not say who it is, or says it wrongly, is refused before the body is read', async t => {
  const readOnly = generateKey()
  await addKey(services.db, { clientId: 'chi-doc', key: readOnly, scopes: ['dossiers:read'] })
  const cases: Array<[string | undefined, number]> = [
    [undefined, 401],
    ['Bearer', 401],
    [`Bearer ${generateKey()}`, 401],
    [`Basic ${Buffer.from(`other:${gateway.key}`).toString('base64')}`, 401],
    [`Basic ${Buffer.from(gateway.key).toString('base64')}`, 401],
    [`Bearer ${readOnly}`, 403]
  ]
  for (const [authorization, status] of cases) {
    const response = await gateway.app.inject({ method: 'POST', url: '/national-portal/DongBoHoSoMC?isUpdating=False', payload: '{', headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) } })
    t.equal(response.statusCode, status, String(authorization).slice(0, 10))
    t.match(response.json(), { error_code: '-1', message: /\S/ })
    t.notMatch(response.body, /thành công|đã tồn tại/)
  }
})
