// Questions that only the portal can answer reach it whatever generation it speaks, with the right account, and come back as it said.
import t from 'tap'
import { portalSettings, startSandbox, wrapperSettings } from '../../support/gateway.js'
import { createClientA } from './client-a.js'
import { createClientB } from './client-b.js'
import { CLIENT, startDropIn, UNIT } from './support.js'

const NOTICE = { MaHoSo: 'G22.99-261104-000123', MaHoSoDonVi: '000.00.01.H99-261104-0002', MaDoiTuong: '', NoiDung: 'Đã tiếp nhận', NgayXuLy: '20261104103000', TrangThai: '2', TaiLieuXuLy: [] }
const P = 'ADAPTER_NATIONAL_PORTAL_'

t.test('a portal behind a wrapper: reads with their parameters in the address, writes with a bare body', async t => {
  const { sandbox, url } = await startSandbox(t)
  const gateway = await startDropIn(t, { role: 'api', adapterSettings: wrapperSettings(url) })
  const portal = createClientA({ base: `${gateway.url}/national-portal`, username: CLIENT, password: gateway.key, madonvi: UNIT })
  t.match(await portal.call('TraCuuTechID', { provider: 'wso2is', mstorcmnd: '099000000001' }), { error_code: 0, result: [{ TECHNICALID: /\S/ }] })
  t.match(await portal.call('LayDVC', {}), { error_code: 0, result: { data: [{ MADVC: /\S/ }] } })
  t.match(await portal.call('LayDanhSachTTHCDonVi', { maDonVi: 'H99' }), { error_code: 0, result: [] })
  t.match(await portal.call('DongBoTrangThaiHoSo', { type: '2', data: NOTICE }), { error_code: 0, message: /thành công/ })
  t.match(await portal.call('LayThuTuc', {}), { error_code: 3, message: /maTTHC/ }, 'what is missing is for the portal to say')
  t.strictSame(sandbox.store.notices().map(({ data }) => data), [NOTICE])
})

t.test('a unit with an account of its own asks with it; a portal session that has ended is renewed on the way', async t => {
  const { sandbox, url } = await startSandbox(t)
  sandbox.settings.change({ accounts: [{ username: '000.00.00.H15', password: 'sandbox' }, { username: 'so-nn', password: 'pw-14' }], sessionCalls: 1 })
  const units = { [`${P}UNITS`]: 'H15.14', [`${P}UNITS_H15_14_USERNAME`]: 'so-nn', [`${P}UNITS_H15_14_PASSWORD`]: 'pw-14', [`${P}UNITS_H15_14_UNIT_CODE`]: '000.00.14.H15' }
  const gateway = await startDropIn(t, { role: 'api', adapterSettings: { ...portalSettings(url), ...units } })
  const portal = createClientB({ base: `${gateway.url}/national-portal`, authorization: `Bearer ${gateway.key}`, unit: '000.00.14.H15' })
  for (const unit of ['000.00.14.H15', '000.00.14.H15', UNIT]) t.strictSame(await portal.read(`TraCuuTechID?mstorcmnd=099000000077&MaDinhDanhDV=${unit}&session=x&service=LayDVC`), [])
  const calls = sandbox.log.list({ service: 'TraCuuTechID', after: 0, limit: 100 }).filter(({ done }) => done?.error_code === 0)
  t.strictSame(calls.map(({ call }) => call.envelope?.['madonvi']), ['000.00.14.H15', '000.00.14.H15', '000.00.00.H15'])
  t.equal(new Set(calls.map(({ call }) => call.session)).size, 3)
})
