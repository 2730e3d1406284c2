/** A dossier's fees as the platform bills them: the members of ThongTinBienLai (national-portal §4.5). */
import type { QuestionSubject } from '../../src/adapter-kit/contract/receive.js'
import { foldPhrase, shorten } from '../../src/model/text.js'
import { textSetting } from './settings.js'
import type { Dossier } from '../../src/model/dossier-types.js'
import type { Settings } from '../../src/adapter-kit/contract/open.js'

type Fee = NonNullable<Dossier['fees']>[number]
type Due = NonNullable<QuestionSubject['amountDue']>

export interface Billing {
  due: Due
  settings: Settings
}

/** National-portal §4.5: one client's limit of TenTTHC. */
const TITLE_LIMIT = 250

/** Members that say nothing are sent empty, never left out (§4.5). */
export function billOf (dossier: Dossier, { due, settings }: Billing): Record<string, unknown> {
  const { code, procedure, agency } = dossier
  const title = shorten(procedure.name, TITLE_LIMIT) ?? procedure.name
  const rows = rowsOf(dossier, due)
  return {
    MaTraCuuTT: due.reference,
    MaDichVu: '2',
    // The portal's own suffix of a procedure's only service (national-databases §3.3.1).
    MaDVC: `${procedure.code}.01`,
    TenDVC: title,
    MaTTHC: procedure.code,
    TenTTHC: title,
    MaDonVi: agency.code,
    TenDonVi: agency.name,
    MaHoSo: code,
    TKThuHuong: textSetting(settings, 'BENEFICIARY_ACCOUNT'),
    MaNHThuHuong: textSetting(settings, 'BENEFICIARY_BANK'),
    TenTKThuHuong: textSetting(settings, 'BENEFICIARY_NAME'),
    ...FINE,
    NoiDungThanhToan: `THANH TOAN HO SO ${code}`,
    ...payerOf(dossier, settings),
    PhiLePhi: rows.map(row => ({ LoaiPhiLePhi: kindOf(row), MaPhiLePhi: row.code ?? '', TenPhiLePhi: row.name, SoTien: row.amount })),
    DSKhoanNop: rows.map(row => ({ NoiDung: row.name, SoTien: row.amount }))
  }
}

/** Members of a fine, which no dossier has. */
const FINE = Object.fromEntries([
  'MaLoaiHinhThuPhat', 'TenLoaiHinhThuPhat', 'MaCoQuanQD', 'TenCoQuanQD', 'KhoBac', 'NgayQD', 'SoQD', 'ThoiGianViPham', 'DiaDiemViPham',
  'TenNguoiViPham', 'TaiKhoanThuNSNN'
].map(name => [name, '']))

/** Whoever asks proves nothing but where the call comes from: a person is named only where the province says so. */
function payerOf ({ applicant }: Dossier, settings: Settings): Record<string, string> {
  const shown = settings['SEND_PAYER'] === true
  return {
    HoTenNguoiNop: shown ? applicant.name : '',
    SoCMNDNguoiNop: shown ? applicant.identityNumber ?? '' : '',
    DiaChiNguoiNop: '',
    HuyenNguoiNop: '',
    TinhNguoiNop: ''
  }
}

/** The fees one by one; the rest in one row where a part is paid, for nobody knows which fee that was. */
function rowsOf ({ fees = [], supplements = [] }: Dossier, { amount }: Due): Fee[] {
  const all = [...fees, ...supplements.flatMap(supplement => supplement.fees ?? [])].filter(fee => fee.amount !== '0')
  const total = all.reduce((sum, fee) => sum + BigInt(fee.amount), 0n)
  return total.toString() === amount ? all : [{ name: 'Số tiền còn phải nộp', amount }]
}

/** Inferred: 1 phí, 2 lệ phí (§4.5) by the fee's name, for a dossier does not tell them apart. */
function kindOf ({ name }: Fee): '1' | '2' {
  return /^phí( |$)/u.test(foldPhrase(name)) ? '1' : '2'
}
