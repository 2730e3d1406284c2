/**
 * Every member of the portal's messages that has a home in the canonical documents, and where (contract §2.1, §2.2). What
 * is not here is unknown. The members are those of `schema/dossier.json` and `schema/progress.json`, which a test compares.
 */

/** How a member is written: `flag` is "0"/"1", `switch` "True"/"False", both as text. */
export type Kind = 'text' | 'flag' | 'switch' | 'whole' | 'yes-no'

export interface Leaf {
  /** Path in the canonical document, from the item that holds the member. */
  ours: string
  kind: Kind
}

export interface Listed {
  ours: string
  items: Shape
}

export type Shape = Readonly<Record<string, Leaf | Listed>>

const of = (kind: Kind) => (ours: string): Leaf => ({ ours, kind })
const [text, flag, whole] = [of('text'), of('flag'), of('whole')]

const DOCUMENT: Shape = {
  TepDinhKemId: text('id'),
  TenTepDinhKem: text('name'),
  IsDeleted: { ours: 'removed', kind: 'switch' },
  MaThanhPhanHoSo: text('componentCode'),
  DuongDanTaiTepTin: text('url'),
  DuocSoHoa: flag('digitised'),
  DuocTaiSuDung: text('reuse'),
  DuocLayTuKhoDMQG: flag('fromPersonalRepository'),
  MaKetQuaThayThe: text('replacementResultCode')
}

const FEE: Shape = {
  TenPhiLePhi: text('name'),
  MaPhiLePhi: text('code'),
  HinhThucThu: text('collection'),
  Gia: text('amount'),
  LoaiPhiLePhi: text('type')
}

const SUPPLEMENT: Shape = {
  HoSoBoSungId: whole('id'),
  NguoiYeuCauBoSung: text('requestedBy'),
  NoiDungBoSung: text('content'),
  NgayBoSung: text('requestedAt'),
  NguoiTiepNhanBoSung: text('receivedBy'),
  ThongTinTiepNhan: text('receiptInformation'),
  NgayTiepNhanBoSung: text('receivedAt'),
  TrangThaiBoSung: { ours: 'completed', kind: 'yes-no' },
  DanhSachGiayToBoSung: { ours: 'documents', items: DOCUMENT },
  DanhSachLePhiBoSung: { ours: 'fees', items: FEE },
  NgayHenTraTruoc: text('previousDueAt'),
  NgayHenTraMoi: text('newDueAt')
}

const RESULT: Shape = {
  TenGiayTo: text('name'),
  MaThanhPhanHoSo: text('componentCode'),
  GiayToId: text('fileId'),
  DuongDanTepTinKetQua: text('url'),
  MaGiayToKetQua: text('code')
}

export const DOSSIER: Shape = {
  MaHoSo: text('code'),
  MaTTHC: text('procedure/code'),
  TenTTHC: text('procedure/name'),
  MaLinhVuc: text('field/code'),
  TenLinhVuc: text('field/name'),
  KenhThucHien: text('channel'),
  SoGiayToChuHoSo: text('applicant/identityNumber'),
  SoBienNhan: text('receiptNumber'),
  ChuHoSo: text('applicant/name'),
  LoaiDoiTuong: text('applicant/kind'),
  MaDoiTuong: text('applicant/accountId'),
  ThongTinKhac: text('otherInformation'),
  Email: text('applicant/email'),
  Fax: text('applicant/fax'),
  SoDienThoai: text('applicant/phone'),
  TrichYeuHoSo: text('summary'),
  NgayNopHoSo: text('submittedAt'),
  NgayTiepNhan: text('receivedAt'),
  NgayHenTra: text('dueAt'),
  TrangThaiHoSo: text('status'),
  NgayTra: text('returnedAt'),
  NgayKetThucXuLy: text('finishedAt'),
  NgayTuChoi: text('refusedAt'),
  ThongTinTra: text('returnInformation'),
  HinhThuc: text('resultDelivery'),
  DonViXuLy: text('agency/name'),
  GhiChu: text('note'),
  NoiNopHoSo: text('filedVia'),
  HoSoCoThanhPhanSoHoa: flag('digitised'),
  TaiKhoanDuocXacThucVoiVNeID: flag('applicant/identityVerified'),
  DuocThanhToanTrucTuyen: text('onlinePayment'),
  DinhDanhCHS: { ours: 'applicant/identities', items: { LoaiDinhDanh: text('type'), SoDinhDanh: text('number') } },
  DSKetNoiCSDL: { ours: 'consultedDatabases', items: { MaCSDL: text('') } },
  TaiLieuNop: { ours: 'documents', items: DOCUMENT },
  DanhSachLePhi: { ours: 'fees', items: FEE },
  DanhSachTepDinhKemKhac: { ours: 'otherAttachments', items: { TenGiayTo: text('name'), SoLuong: whole('quantity'), LoaiGiayTo: whole('type') } },
  DanhSachHoSoBoSung: { ours: 'supplements', items: SUPPLEMENT },
  DanhSachGiayToKetQua: { ours: 'results', items: RESULT }
}

export const STEP: Shape = {
  /** The step's dossier; the canonical step does not hold it. */
  MaHoSo: text('dossierCode'),
  NguoiXuLy: text('officer/name'),
  ChucDanh: text('officer/title'),
  ThoiDiemXuLy: text('occurredAt'),
  PhongBanXuLy: text('officer/department'),
  NoiDungXuLy: text('content'),
  TrangThai: text('status'),
  NgayBatDau: text('startedAt'),
  NgayKetThucTheoQuyDinh: text('dueAt')
}
