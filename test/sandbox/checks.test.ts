import t from 'tap'
import { DONE, dossier, fullDossier, paper, start } from './support.js'
import type { Message } from './support.js'

const BAD: Array<[string, Message, RegExp]> = [
  ['a missing mandatory field', { MaTTHC: undefined }, /data\[0\]\.MaTTHC bắt buộc/],
  ['an empty mandatory field', { TenTTHC: '' }, /TenTTHC bắt buộc/],
  ['null', { NgayTra: null }, /NgayTra không được là null/],
  ['null in an unknown field', { Khac: null }, /Khac không được là null/],
  ['a number for a status', { TrangThaiHoSo: 2 }, /TrangThaiHoSo phải là chuỗi/],
  ['a status that does not exist', { TrangThaiHoSo: '11' }, /TrangThaiHoSo phải là một trong: 1, 2/],
  ['the placeholder status 0', { TrangThaiHoSo: '0' }, /TrangThaiHoSo/],
  ['a boolean for text', { HinhThuc: false }, /HinhThuc phải là chuỗi/],
  ['an ISO date', { NgayTiepNhan: '2026-11-04T09:00:00' }, /NgayTiepNhan phải là ngày giờ/],
  ['a date that is none', { NgayHenTra: '20260231090000' }, /NgayHenTra phải là ngày giờ/],
  ['a summary over 1000 letters', { TrichYeuHoSo: 'ẫ'.repeat(1001) }, /TrichYeuHoSo dài quá 1000/],
  ['a note over 2000 letters', { GhiChu: 'x'.repeat(2001) }, /GhiChu dài quá 2000/],
  ['a local procedure code', { MaTTHC: 'TS_lop1.000.00.00.H22' }, /MaTTHC phải là mã thủ tục quốc gia/],
  ['a dossier code with blanks', { MaHoSo: 'Hồ sơ 1' }, /MaHoSo phải là mã hồ sơ/],
  ['a dossier code over 50 letters', { MaHoSo: '1'.repeat(51) }, /MaHoSo dài quá 50/],
  ['an identity number as TechID', { MaDoiTuong: '099000000001' }, /MaDoiTuong phải là TechID/],
  ['a unit code as unit name', { DonViXuLy: '000.00.01.H99' }, /DonViXuLy phải là tên/],
  ['a misspelt field', { NgayHentra: '' }, /NgayHentra không có trong đặc tả/],
  ['no list where one belongs', { TaiLieuNop: '' }, /TaiLieuNop phải là một mảng/],
  ['a paper that is text', { TaiLieuNop: ['x'] }, /TaiLieuNop\[0\] phải là một đối tượng/],
  ['base64 for a link', { TaiLieuNop: [paper({ DuongDanTaiTepTin: 'JVBERi0xLjQ=' })] }, /TaiLieuNop\[0\]\.DuongDanTaiTepTin phải là đường dẫn/],
  ['false for "False"', { TaiLieuNop: [paper({ IsDeleted: false })] }, /IsDeleted phải là chuỗi/],
  ['reuse without the result', { TaiLieuNop: [paper({ DuocTaiSuDung: '2' })] }, /phải có MaKetQuaThayThe/],
  ['a number as amount', { DanhSachLePhi: [{ Gia: 150000 }] }, /Gia phải là chuỗi/],
  ['an amount with a dot', { DanhSachLePhi: [{ Gia: '150.000' }] }, /Gia phải là chuỗi chữ số/],
  ['a short identity number', { DinhDanhCHS: [{ LoaiDinhDanh: '1', SoDinhDanh: '000000001' }] }, /DinhDanhCHS\[0\]: SoDinhDanh loại 1 phải có 12/],
  ['an unknown kind of identity', { DinhDanhCHS: [{ LoaiDinhDanh: '3', SoDinhDanh: 'B1234567' }] }, /LoaiDinhDanh phải là một trong/],
  ['text for a count', { DanhSachTepDinhKemKhac: [{ TenGiayTo: 'x', SoLuong: '1' }] }, /SoLuong phải là số nguyên/],
  ['text for yes or no', { DanhSachHoSoBoSung: [{ TrangThaiBoSung: 'False' }] }, /TrangThaiBoSung phải là true/],
  ['a result without a name', { DanhSachGiayToKetQua: [{ DuongDanTepTinKetQua: 'https://a.vn/1' }] }, /TenGiayTo bắt buộc/]
]

t.test('a dossier is refused for', async t => {
  const { sync, sandbox } = await start(t)
  for (const [what, change, message] of BAD) {
    t.match(await sync('False', fullDossier(change)), { error_code: '3', message }, what)
  }
  t.equal(sandbox.summary().dossiers, 0)
})

t.test('the examples of the contract pass', async t => {
  const { sync } = await start(t)
  const supplement = {
    HoSoBoSungId: 1,
    NguoiYeuCauBoSung: 'Trần Văn Thử',
    NoiDungBoSung: 'Thiếu bản sao giấy tờ',
    NgayBoSung: '20261105100000',
    NguoiTiepNhanBoSung: '',
    ThongTinTiepNhan: '',
    NgayTiepNhanBoSung: '',
    TrangThaiBoSung: false,
    DanhSachGiayToBoSung: [],
    DanhSachLePhiBoSung: [],
    NgayHenTraTruoc: '20261111170000',
    NgayHenTraMoi: '20261118170000'
  }
  const result = {
    TenGiayTo: 'Giấy chứng nhận mẫu.pdf',
    MaThanhPhanHoSo: '',
    GiayToId: '777',
    MaGiayToKetQua: 'KQ.G01.000001',
    DuongDanTepTinKetQua: 'https://mc.example.vn/files/777'
  }
  t.strictSame(await sync('False', fullDossier({ DanhSachHoSoBoSung: [supplement], DanhSachGiayToKetQua: [result] })), DONE)
})

t.test('lengths count letters, not bytes or UTF-16 units', async t => {
  const { sync } = await start(t)
  t.strictSame(await sync('False', dossier({ TrichYeuHoSo: 'ẫ'.repeat(999) + '𠀀' })), DONE)
})

t.test('many problems are told in one short message', async t => {
  const { sync } = await start(t)
  const { message } = await sync('False', {}) as { message: string }
  t.match(message, /^Dữ liệu không hợp lệ: data\[0\]\.MaHoSo bắt buộc phải có; .* và 1 lỗi khác$/)
  t.notMatch(message, /thành công|tồn tại/, 'no words that clients read as another answer')
})

t.test('generation B fields are mandatory only when asked for', async t => {
  const { sync } = await start(t, { settings: { generationB: 'required' } })
  t.match(await sync('False', dossier()), { error_code: '3', message: /KenhThucHien bắt buộc.*DinhDanhCHS bắt buộc/ })
  t.strictSame(await sync('False', fullDossier()), DONE)
})

t.test('unknown fields can be let through', async t => {
  const { sync } = await start(t, { settings: { unknownFields: 'ignore' } })
  t.strictSame(await sync('False', dossier({ Khac: 'x' })), DONE)
})

t.test('codes of other shapes are taken unless only known ones are wanted', async t => {
  const { sync, control } = await start(t)
  const shapes = ['VNEID-77', 'H15.18-20261104-0000001', '000.00.01.H99-261104-10001']
  for (const MaHoSo of shapes) t.strictSame(await sync('False', dossier({ MaHoSo })), DONE)
  await control('POST', '/settings', { dossierCodes: 'known' })
  t.match(await sync('True', dossier({ MaHoSo: shapes[0] })), { error_code: '3', message: /mã hồ sơ VNEID-77/ })
  t.strictSame(await sync('True', dossier({ MaHoSo: shapes[1] })), DONE)
})
