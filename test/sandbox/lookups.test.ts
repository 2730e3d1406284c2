import t from 'tap'
import { start } from './support.js'

const A = '1.000001.000.00.00.H99'

t.test('LayDanhSachTTHC lists codes and names', async t => {
  const { ask } = await start(t)
  const answer = await ask({ service: 'LayDanhSachTTHC' }) as { result: unknown[] }
  t.match(answer, { error_code: 0, message: '' })
  t.strictSame(answer.result[0], { MATTHC: A, TENTTHC: 'Thủ tục mẫu A' })
})

t.test('LayThuTuc describes a procedure in capitals, and an unknown one with an empty list', async t => {
  const { ask } = await start(t)
  t.match(await ask({ service: 'LayThuTuc', maTTHC: A }), {
    error_code: 0,
    message: '',
    result: [{
      ID: '1',
      MATTHC: A,
      LINHVUCTHUCHIEN: [{ MALINHVUC: 'G01-LV01', TENLINHVUC: 'Lĩnh vực mẫu' }],
      CACHTHUCTHUCHIEN: [{ KENH: '2', THOIGIAN: [{ THOIGIANGIAIQUYET: '5', PHILEPHI: [{ MAPHILEPHI: 'LP000001', SOTIEN: '150000' }] }] }],
      THANHPHANHOSO: [{ GIAYTO: [{ MAGIAYTO: '000.00.00.G01-KQ000001' }] }],
      KETQUATHUCHIEN: [{ MAKETQUA: 'KQ.G01.000001' }],
      COQUANTHUCHIEN: [{ MADONVI: '000.00.01.H99' }]
    }]
  })
  t.strictSame(await ask({ service: 'LayThuTuc', maTTHC: '9.999999' }), { error_code: 0, message: '', result: [] })
  t.match(await ask({ service: 'LayThuTuc', mattHC: A }), { error_code: '3', message: /maTTHC/ })
})

t.test('dictionaries and online services have the shapes of the contract', async t => {
  const { ask } = await start(t)
  const agencies = await ask({ service: 'LayDanhMucCoQuan' }) as object
  t.match(agencies, { error_code: 0, result: [{ MADONVI: '000.00.00.H99', CAPDONVI: '1' }] })
  t.notOk('message' in agencies)
  t.match(await ask({ service: 'LayDanhMucLinhVuc' }), { error_code: 0, result: [{ MALINHVUC: 'G01-LV01', MANGANH: 'G01' }] })
  t.match(await ask({ service: 'LayDVC' }), { error_code: 0, result: { data: [{ MADVC: `${A}.01`, MATTHC: A, TENLINHVUC: 'Lĩnh vực mẫu' }] } })
})

t.test('TraCuuTechID finds an account or nobody', async t => {
  const { ask } = await start(t)
  const find = (mstorcmnd: unknown, provider = 'wso2is') => ask({ service: 'TraCuuTechID', provider, mstorcmnd })
  t.strictSame(await find('099000000001'), { error_code: 0, result: [{ TECHNICALID: '00000000-0000-4000-8000-000000000001' }] })
  t.strictSame(await find('099000000099'), { error_code: 0, result: [] })
  t.match(await find(undefined), { error_code: '3', message: /mstorcmnd/ })
  t.match(await find('099000000001', 'x'), { error_code: '3', message: /provider/ })
})

t.test('a unit\'s procedures are those with its code', async t => {
  const { ask } = await start(t)
  const answer = await ask({ service: 'LayDanhSachTTHCDonVi', maDonVi: 'H99' }) as { result: unknown[] }
  t.match(answer, { error_code: 0, result: [{ MATTHC: A }, { TENTTHC: 'Thủ tục mẫu B' }] })
  t.equal(answer.result.length, 2)
  t.match(await ask({ service: 'LayDanhSachTTHCDonVi', maDonVi: 'H98' }), { result: [] })
  t.match(await ask({ service: 'LayDanhSachTTHCDonVi', maDonVi: '000.00.00.H99' }), { error_code: '3', message: /maDonVi/ })
})

t.test('a decision is found by the id that a procedure names', async t => {
  const { ask } = await start(t)
  t.match(await ask({ service: 'LayQDCB', idQDCB: '10' }), { error_code: 0, result: [{ ID: '10' }] })
  t.match(await ask({ service: 'LayQDCB', idQDCB: '11' }), { error_code: 0, result: [] })
  t.match(await ask({ service: 'LayQDCB' }), { error_code: '3', message: /idQDCB/ })
})

const OTHERS = [
  'LoaiThuTuc', 'NhomThuTuc', 'GioiTinh', 'TinhThanh', 'QuanHuyen', 'PhuongXa', 'QuocGia', 'DanToc', 'TonGiao', 'TinhTrangHonNhan', 'DoiTuong', 'CapThucHien',
  'CanCuPhapLy', 'LePhi'
]

t.test('every dictionary whose name is known answers with pairs', async t => {
  const { ask } = await start(t)
  for (const name of OTHERS) t.match(await ask({ service: `LayDanhMuc${name}` }), { error_code: 0, result: [{ MA: '1', TEN: /./ }] }, name)
  t.match(await ask({ service: 'LayDanhMucThuTucThuocLoai' }), { error_code: 0, result: [{ MATTHC: A, MA: '1' }] })
})
