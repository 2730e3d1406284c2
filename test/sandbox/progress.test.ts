import t from 'tap'
import { CODE, DONE, dossier, start, step } from './support.js'
import type { Message } from './support.js'

t.test('steps are kept in the order in which they came', async t => {
  const { sync, report, control } = await start(t)
  await sync('False', dossier())
  t.strictSame(await report(step(), step({ ThoiDiemXuLy: '20261106080000', TrangThai: '4' })), DONE)
  t.strictSame(await report(step({ ThoiDiemXuLy: '20261105083000', NoiDungXuLy: 'Thẩm định' })), DONE)
  const { body } = await control('GET', `/dossiers/${CODE}`)
  t.match(body, { stepCount: 3, duplicatedSteps: 0, lateSteps: 1 })
  t.match(body['steps'], [
    { occurrence: 1, late: false, step: { ThoiDiemXuLy: '20261104090000' } },
    { occurrence: 1, late: false, step: { ThoiDiemXuLy: '20261106080000' } },
    { occurrence: 1, late: true, step: { ThoiDiemXuLy: '20261105083000' } }
  ])
})

t.test('repeated steps are accepted and counted', async t => {
  const { sync, report, control, sandbox } = await start(t)
  await sync('False', dossier())
  for (let time = 0; time < 3; time++) t.strictSame(await report(step()), DONE)
  await report(step({ NguoiXuLy: 'Lê Thị Ví Dụ' }))
  t.match((await control('GET', `/dossiers/${CODE}`)).body, { stepCount: 4, duplicatedSteps: 2, steps: [{ occurrence: 1 }, { occurrence: 2 }, { occurrence: 3 }, { occurrence: 1 }] })
  t.match(sandbox.summary(), { steps: 4, duplicatedSteps: 2 })
})

t.test('steps of an unknown dossier are refused, with the rest of their batch', async t => {
  const { sync, report, sandbox } = await start(t)
  await sync('False', dossier())
  t.strictSame(await report(step(), step({ MaHoSo: 'X-1' })), { error_code: '-3', message: 'Hồ sơ X-1 không tồn tại' })
  t.equal(sandbox.summary().steps, 0)
})

t.test('a step is refused for', async t => {
  const { sync, report } = await start(t)
  await sync('False', dossier())
  const bad: Array<[Message, RegExp]> = [
    [{ NoiDungXuLy: null }, /NoiDungXuLy không được là null/],
    [{ NoiDungXuLy: undefined }, /NoiDungXuLy bắt buộc/],
    [{ NguoiXuLy: 'x'.repeat(51) }, /NguoiXuLy dài quá 50/],
    [{ ThoiDiemXuLy: '' }, /ThoiDiemXuLy bắt buộc/],
    [{ TrangThai: 4 }, /TrangThai phải là chuỗi/],
    [{ TrangThai: '0' }, /TrangThai phải là một trong/],
    [{ NgayBatDau: '04/11/2026' }, /NgayBatDau phải là ngày giờ/]
  ]
  for (const [change, message] of bad) t.match(await report(step(change)), { error_code: '3', message })
})

t.test('DongBoTrangThaiHoSo is kept', async t => {
  const { ask, control } = await start(t)
  const data = {
    MaHoSo: 'G22.99-261104-000123',
    MaHoSoDonVi: '000.00.01.H99-261104-0002',
    MaDoiTuong: '',
    NoiDung: 'Đã tiếp nhận',
    NgayXuLy: '20261104103000',
    TrangThai: '2',
    TaiLieuXuLy: []
  }
  const notice = (change: Message) => ask({ service: 'DongBoTrangThaiHoSo', type: '2', data, ...change })
  t.strictSame(await notice({}), DONE)
  t.match((await control('GET', '/statuses')).body, { statuses: [{ data }] })
  t.match(await notice({ type: 2 }), { error_code: '3', message: /type/ })
  t.match(await notice({ data: [data] }), { error_code: '3', message: /không phải mảng/ })
  t.match(await notice({ data: { ...data, TrangThai: '9' } }), { error_code: '3', message: /data\.TrangThai phải là một trong/ })
})
