/**
 * What the national messages must be: a second, plain reading of contract national-portal §2.1 and §2.2, with the
 * province's code tables. It shares no line with adapters/national-portal, so that a slip there cannot hide here.
 */
import type { Dossier, ProgressStep } from '../src/model/dossier-types.js'
import { NO_TABLES, sayOn, type Say, type Tables } from './tables.js'

export type National = Record<string, unknown>
type Papers = NonNullable<Dossier['documents']>
type Fees = NonNullable<Dossier['fees']>

const STATUS = { registered: '1', received: '2', 'not-accepted': '3', processing: '4', 'supplement-requested': '5', 'payment-requested': '6', withdrawn: '7', stopped: '8', finished: '9', returned: '10' }
const KIND = { citizen: '1', enterprise: '2', 'state-agency': '3', organisation: '4' }
const CHANNEL = { 'in-person': '1', online: '2', postal: '3' }
const FILED = { 'national-portal': '1', 'provincial-system': '2' }
const RETURN = { 'in-person': '0', postal: '1' }
const PAYMENT = { 'no-fee': '0', 'national-platform': '1', 'own-gateway': '2', 'not-online': '3' }
const REUSE = { none: '0', component: '1', result: '2' }
const COLLECTION = { 'at-reception': '1', 'at-supplement': '2', 'at-return': '4' }
const FEE = { ordinary: '1', appraisal: '2', extension: '3' }
/** No code for passports and tax codes was found (§2.1.7): those are not sent. */
const IDENTITY: Record<string, string> = { 'citizen-id': '1', 'old-citizen-id': '2' }

/** DongBoHoSoMC, §2.1.1. */
export function nationalDossier (pushed: Dossier, tables: Tables = NO_TABLES): National {
  const d = composed(pushed)
  const say = sayOn(tables, d.receivedAt)
  return given({
    MaHoSo: d.code,
    MaTTHC: say('procedure', d.procedure.code)?.code,
    TenTTHC: say('procedure', d.procedure.code)?.name ?? d.procedure.name,
    MaLinhVuc: d.field.code,
    TenLinhVuc: d.field.name,
    KenhThucHien: d.channel && CHANNEL[d.channel],
    SoBienNhan: d.receiptNumber,
    ThongTinKhac: d.otherInformation ?? '',
    TrichYeuHoSo: cut(d.summary, 1000, 995),
    TrangThaiHoSo: statusOf(d, say),
    ThongTinTra: d.returnInformation ?? '',
    HinhThuc: RETURN[d.resultDelivery],
    DonViXuLy: say('agency', d.agency.code)?.name ?? d.agency.name,
    GhiChu: cut(d.note ?? '', 2000, 1997),
    NoiNopHoSo: d.filedVia && FILED[d.filedVia],
    HoSoCoThanhPhanSoHoa: bit(d.digitised),
    DuocThanhToanTrucTuyen: d.onlinePayment && PAYMENT[d.onlinePayment],
    DSKetNoiCSDL: (d.consultedDatabases ?? []).map(code => ({ MaCSDL: code })),
    ...owner(d.applicant),
    ...times(d),
    ...lists(d)
  })
}

function owner (who: Dossier['applicant']): National {
  return {
    ChuHoSo: who.name,
    LoaiDoiTuong: KIND[who.kind],
    MaDoiTuong: who.accountId ?? '',
    SoGiayToChuHoSo: who.identityNumber ?? '',
    DinhDanhCHS: (who.identities ?? []).filter(({ type }) => type in IDENTITY).map(({ type, number }) => ({ LoaiDinhDanh: IDENTITY[type], SoDinhDanh: number })),
    Email: who.email ?? '',
    Fax: who.fax ?? '',
    SoDienThoai: who.phone ?? '',
    TaiKhoanDuocXacThucVoiVNeID: bit(who.identityVerified)
  }
}

function times (d: Dossier): National {
  return {
    NgayNopHoSo: date14(d.submittedAt),
    NgayTiepNhan: date14(d.receivedAt),
    NgayHenTra: date14(d.dueAt),
    NgayTra: date14(d.returnedAt),
    NgayKetThucXuLy: date14(d.finishedAt),
    NgayTuChoi: date14(d.refusedAt)
  }
}

/** §2.1.2 to §2.1.6. */
function lists (d: Dossier): National {
  return {
    TaiLieuNop: papers(d.documents),
    DanhSachLePhi: fees(d.fees),
    DanhSachTepDinhKemKhac: (d.otherAttachments ?? []).map(a => given({ TenGiayTo: a.name, SoLuong: a.quantity, LoaiGiayTo: a.type })),
    DanhSachHoSoBoSung: (d.supplements ?? []).map(supplement),
    DanhSachGiayToKetQua: (d.results ?? []).map(r => ({
      TenGiayTo: cut(r.name, 2000, 1997),
      MaThanhPhanHoSo: r.componentCode ?? '',
      GiayToId: r.fileId ?? '',
      DuongDanTepTinKetQua: r.url ?? '',
      MaGiayToKetQua: r.code ?? ''
    }))
  }
}

function supplement (s: NonNullable<Dossier['supplements']>[number]): National {
  return given({
    HoSoBoSungId: s.id,
    NguoiYeuCauBoSung: s.requestedBy,
    NoiDungBoSung: s.content,
    NgayBoSung: date14(s.requestedAt),
    NguoiTiepNhanBoSung: s.receivedBy ?? '',
    ThongTinTiepNhan: s.receiptInformation ?? '',
    NgayTiepNhanBoSung: date14(s.receivedAt),
    TrangThaiBoSung: s.completed,
    DanhSachGiayToBoSung: papers(s.documents),
    DanhSachLePhiBoSung: fees(s.fees),
    NgayHenTraTruoc: date14(s.previousDueAt),
    NgayHenTraMoi: date14(s.newDueAt)
  })
}

function papers (documents: Papers = []): National[] {
  return documents.map(p => given({
    TepDinhKemId: p.id ?? '',
    TenTepDinhKem: cut(p.name, 4000, 3997),
    IsDeleted: p.removed === true ? 'True' : 'False',
    MaThanhPhanHoSo: p.componentCode ?? '',
    DuongDanTaiTepTin: p.url,
    DuocSoHoa: bit(p.digitised),
    DuocTaiSuDung: p.reuse && REUSE[p.reuse],
    DuocLayTuKhoDMQG: bit(p.fromPersonalRepository),
    MaKetQuaThayThe: p.replacementResultCode ?? ''
  }))
}

function fees (rows: Fees = []): National[] {
  return rows.map(f => ({
    TenPhiLePhi: f.name,
    MaPhiLePhi: f.code ?? '',
    HinhThucThu: f.collection === undefined ? '' : COLLECTION[f.collection],
    Gia: f.amount,
    LoaiPhiLePhi: f.type === undefined ? '' : FEE[f.type]
  }))
}

/**
 * Whether the portal turns the message down for what it lacks: a paper reused from a result without that result's code
 * (§2.1.2), a result without its link (§2.1.6; that the link must be there is inferred, and the sandbox asks for it). The
 * gateway sends it all the same: the province alone can cure it.
 */
export function isRefused (dossier: Dossier): boolean {
  const { results = [], documents = [] } = dossier
  return results.some(({ url = '' }) => url === '') || documents.some(({ reuse, replacementResultCode = '' }) => reuse === 'result' && replacementResultCode === '')
}

/** One element of CapNhatTienDoHoSoMC, §2.2. */
export function nationalStep (code: string, pushed: ProgressStep, say: Say = sayOn(NO_TABLES, pushed.occurredAt)): National {
  const step = composed(pushed)
  return {
    MaHoSo: code,
    NguoiXuLy: cut(step.officer.name, 50, 46),
    ChucDanh: step.officer.title ?? '',
    ThoiDiemXuLy: date14(step.occurredAt),
    PhongBanXuLy: step.officer.department ?? '',
    NoiDungXuLy: step.content,
    TrangThai: statusOf(step, say),
    NgayBatDau: date14(step.startedAt),
    NgayKetThucTheoQuyDinh: date14(step.dueAt)
  }
}

/** The province's own status is said by its table: by status and sub-status, else by the status alone (§3.2). */
function statusOf ({ status, localStatus }: Pick<Dossier, 'status' | 'localStatus'>, say: Say): string | undefined {
  if (status !== undefined) return STATUS[status]
  if (localStatus === undefined) return undefined
  const { code, subCode } = localStatus
  return (say('localStatus', subCode === undefined ? code : `${code}/${subCode}`) ?? say('localStatus', code))?.code
}

/** Text goes out composed (standards §7.5); the fixtures hold some that is not. */
function composed<T> (value: T): T {
  return JSON.parse(JSON.stringify(value).normalize('NFC')) as T
}

/** Without the members that have no value: a code or flag that the province did not give is not sent. */
function given (members: National): National {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

/** `yyyyMMddHHmmss` on the clock of Hà Nội, "" for no time. */
function date14 (instant: string | undefined): string {
  if (instant === undefined) return ''
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short', timeStyle: 'medium' }).format(new Date(instant))
  return parts.replace(/\D/g, '')
}

/** Longer than `limit` characters: the first `kept` and three dots. */
function cut (text: string, limit: number, kept: number): string {
  const characters = [...text]
  return characters.length > limit ? `${characters.slice(0, kept).join('')}...` : text
}

function bit (value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(Number(value))
}
