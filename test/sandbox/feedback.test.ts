// Questions and answers, and the monthly ratings (contract §2.12, §2.13).
import t from 'tap'
import { DONE, start } from './support.js'
import type { Message } from './support.js'

const ANSWER = {
  HOIDAPID: '9001', MADONVI: '000.00.01.H99', NGUOITRALOI: 'Trần Văn Thử', CHUCVUNGUOITRALOI: 'Chuyên viên', NGAYTRALOI: '05/11/2026', NOIDUNGTRALOI: 'Nội dung trả lời mẫu'
}
const RATING = {
  NgayTongHop: '11-2026',
  TongSoNguoiDanhGia: 20,
  PhanTramDanhGiaRatHaiLong: '50%',
  PhanTramDanhGiaHaiLong: '40%',
  PhanTramDanhGiaChuaHaiLong: '10%',
  DanhSachNoiDungYKien: '',
  MaThuTuc: '',
  NoiDung: 'Câu hỏi mẫu',
  PhanTramDanhGiaDichVuRatHaiLong: '50%',
  PhanTramDanhGiaDichVuHaiLong: '40%',
  PhanTramDanhGiaDichVuChuaHaiLong: '10%',
  Madonvi: '000.00.00.H99',
  TenDonVi: 'UBND tỉnh Thử Nghiệm'
}

t.test('a question waits until it is answered', async t => {
  const { ask } = await start(t)
  const list = async () => (await ask({ service: 'LayDanhSachHoiDapGuiTuDVCQG' }) as { result: Message[] }).result
  t.strictSame(Object.keys((await list())[0] ?? {}), [
    'HOIDAPID', 'MALINHVUC', 'MATTHCDP', 'MADONVI', 'TENDONVI', 'NOIDUNG', 'NOIDUNGTRALOI', 'TRALOIID', 'HOVATEN', 'DIACHI', 'THUDIENTU', 'SODIENTHOAI', 'TRANGTHAI'
  ])
  t.strictSame(await ask({ service: 'LayNoiDungTraLoiTheoCauHoi', cauhoiid: '9001' }), { error_code: 0, message: '', result: [] })
  t.strictSame(await ask({ service: 'DongBoKetQuaHoiDapGuiTuDVCQG', data: [ANSWER] }), DONE)
  t.match(await list(), [{ HOIDAPID: '9001', NOIDUNGTRALOI: ANSWER.NOIDUNGTRALOI, TRANGTHAI: '1' }, { HOIDAPID: '9002', TRANGTHAI: '0' }])
  t.match(await ask({ service: 'LayNoiDungTraLoiTheoCauHoi', cauhoiid: '9001' }), { result: [{ TRALOIID: 'TL9001', NOIDUNGTRALOI: ANSWER.NOIDUNGTRALOI }] })
  t.match(await ask({ service: 'LayNoiDungTraLoiTheoCauHoi' }), { error_code: '3', message: /cauhoiid/ })
})

t.test('a unit\'s own questions come back in rows of capitals', async t => {
  const { ask } = await start(t)
  const data = [{ HOIDAPID: '77', MaLinhVuc: 'G01-LV01', NOIDUNG: 'Câu hỏi mẫu', MADONVI: '000.00.01.H99', TENDONVI: 'Sở Mẫu' }]
  t.strictSame(await ask({ service: 'DongBoHoiDap', data }), DONE)
  t.match(await ask({ service: 'LayDanhSachHoiDapBoCoQuan' }), { result: [{ HOIDAPID: '77', MALINHVUC: 'G01-LV01', NOIDUNGTRALOI: '' }] })
})

t.test('ratings are kept, and shown with the other messages', async t => {
  const { ask, control } = await start(t)
  t.strictSame(await ask({ service: 'DongBoDanhGia', data: [RATING] }), DONE)
  await ask({ service: 'DongBoKetQuaHoiDapGuiTuDVCQG', data: [ANSWER] })
  t.match((await control('GET', '/messages?service=DongBoDanhGia')).body, { messages: [{ service: 'DongBoDanhGia', data: RATING }] })
  t.equal(((await control('GET', '/messages')).body['messages'] as unknown[]).length, 2)
  t.strictSame((await control('GET', '/statuses')).body, { statuses: [] })
})

const BAD: Array<[string, Message, RegExp]> = [
  ['DongBoKetQuaHoiDapGuiTuDVCQG', { ...ANSWER, NGAYTRALOI: '20261105000000' }, /NGAYTRALOI phải là ngày/],
  ['DongBoKetQuaHoiDapGuiTuDVCQG', { ...ANSWER, MaDonVi: 'x' }, /MaDonVi không có trong đặc tả/],
  ['DongBoHoiDap', { HOIDAPID: '1', NOIDUNG: 'x', MADONVI: 'H99' }, /MADONVI phải là mã đơn vị/],
  ['DongBoDanhGia', { ...RATING, NgayTongHop: '01-2026' }, /NgayTongHop/],
  ['DongBoDanhGia', { ...RATING, TongSoNguoiDanhGia: '20' }, /TongSoNguoiDanhGia phải là số nguyên/],
  ['DongBoDanhGia', { ...RATING, PhanTramDanhGiaHaiLong: 40 }, /PhanTramDanhGiaHaiLong phải là chuỗi/],
  ['DongBoDanhGia', { ...RATING, PhanTramDanhGiaHaiLong: '101%' }, /PhanTramDanhGiaHaiLong phải là phần trăm/],
  ['DongBoDanhGia', { ...RATING, MaDonVi: '000.00.00.H99' }, /MaDonVi không có/]
]

for (const [service, item, message] of BAD) {
  t.test(`${service} is refused: ${message.source}`, async t => {
    const { ask } = await start(t)
    t.match(await ask({ service, data: [item] }), { error_code: '3', message })
  })
}
