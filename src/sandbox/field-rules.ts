/** The fields of contract §2.1, §2.2 and §2.11 as data; `checks.ts` applies them. */
import type { Fields, Rule, BodyShape } from './checks.js'

const AGENCY = /^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$/
const PROCEDURE = /^\d\.\d{6}(\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|\.[A-Z]\d{2}(\.[0-9A-Z]{1,4})*)?$/
const DOSSIER = /^[0-9A-Za-z]+([._-][0-9A-Za-z]+)*$/
export const KNOWN_DOSSIER = /^(\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}-\d{6}-\d{4,}|[A-Z]\d{2}(\.[0-9A-Z]{1,4})*-\d{8}-\d{5,})$/
const STATUSES = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']
const FLAG: Rule = { is: 'text', oneOf: ['0', '1'] }
const TEXT: Rule = { is: 'text' }
const DATE: Rule = { is: 'date14' }
const LINK: Rule = { is: 'text', need: 'always', shape: /^https?:\/\/\S+$/, hint: 'phải là đường dẫn http(s), không phải base64' }

function required (rule: Rule): Rule {
  return { ...rule, need: 'always' }
}

function sinceB (rule: Rule): Rule {
  return { ...rule, need: 'generation-b' }
}

function upTo (max: number): Rule {
  return { is: 'text', max }
}

export const AGENCY_CODE: Rule = required({ is: 'text', shape: AGENCY, hint: 'phải là mã đơn vị dạng 000.00.00.H15' })

const DOSSIER_CODE: Rule = required({ ...upTo(50), shape: DOSSIER, hint: 'phải là mã hồ sơ, ví dụ 000.00.01.H15-261104-0001' })

const PAPER: BodyShape = {
  fields: {
    TepDinhKemId: TEXT,
    TenTepDinhKem: required(upTo(4000)),
    IsDeleted: { is: 'text', oneOf: ['True', 'False'] },
    MaThanhPhanHoSo: TEXT,
    DuongDanTaiTepTin: LINK,
    DuocSoHoa: FLAG,
    DuocTaiSuDung: { is: 'text', oneOf: ['0', '1', '2'] },
    DuocLayTuKhoDMQG: FLAG,
    MaKetQuaThayThe: TEXT
  },
  // contract §2.1.2: "reused from a result" must name the result
  also: paper => paper['DuocTaiSuDung'] === '2' && !paper['MaKetQuaThayThe'] ? 'DuocTaiSuDung là 2 thì phải có MaKetQuaThayThe' : undefined
}

const FEE: BodyShape = {
  fields: {
    TenPhiLePhi: TEXT,
    MaPhiLePhi: TEXT,
    HinhThucThu: TEXT,
    Gia: { is: 'text', shape: /^\d+$/, hint: 'phải là chuỗi chữ số (đồng)' },
    LoaiPhiLePhi: TEXT
  }
}

const OTHER_ATTACHMENT: BodyShape = { fields: { TenGiayTo: TEXT, SoLuong: { is: 'whole' }, LoaiGiayTo: { is: 'whole' } } }

const SUPPLEMENT: BodyShape = {
  fields: {
    HoSoBoSungId: { is: 'whole' },
    NguoiYeuCauBoSung: TEXT,
    NoiDungBoSung: TEXT,
    NgayBoSung: DATE,
    NguoiTiepNhanBoSung: TEXT,
    ThongTinTiepNhan: TEXT,
    NgayTiepNhanBoSung: DATE,
    TrangThaiBoSung: { is: 'yes-no' },
    DanhSachGiayToBoSung: { is: 'list', items: PAPER },
    DanhSachLePhiBoSung: { is: 'list', items: FEE },
    NgayHenTraTruoc: DATE,
    NgayHenTraMoi: DATE
  }
}

const RESULT_PAPER: BodyShape = {
  fields: {
    TenGiayTo: required(upTo(2000)),
    MaThanhPhanHoSo: TEXT,
    GiayToId: TEXT,
    DuongDanTepTinKetQua: LINK,
    MaGiayToKetQua: TEXT
  }
}

const IDENTITY: BodyShape = {
  fields: { LoaiDinhDanh: required({ is: 'text', oneOf: ['1', '2'] }), SoDinhDanh: required(upTo(40)) },
  also: ({ LoaiDinhDanh: type, SoDinhDanh: number }) => {
    const digits = type === '2' ? 9 : 12
    return new RegExp(`^\\d{${digits}}$`).test(String(number)) ? undefined : `SoDinhDanh loại ${String(type)} phải có ${digits} chữ số`
  }
}

const DOSSIER_FIELDS: Fields = {
  MaHoSo: DOSSIER_CODE,
  MaTTHC: required({ ...upTo(50), shape: PROCEDURE, hint: 'phải là mã thủ tục quốc gia, ví dụ 1.001776 (mã riêng của địa phương phải được ánh xạ trước)' }),
  TenTTHC: required(TEXT),
  MaLinhVuc: required(upTo(50)),
  TenLinhVuc: required(upTo(500)),
  KenhThucHien: sinceB({ is: 'text', oneOf: ['1', '2', '3'] }),
  SoGiayToChuHoSo: upTo(100),
  SoBienNhan: TEXT,
  ChuHoSo: upTo(500),
  LoaiDoiTuong: required({ is: 'text', oneOf: ['1', '2', '3', '4'] }),
  // pitfall 19: clients put the identity number here
  MaDoiTuong: { is: 'text', shape: /^(?!\d{9}(\d{3})?$)/, hint: 'phải là TechID, không phải số CMND/CCCD' },
  ThongTinKhac: TEXT,
  Email: upTo(100),
  Fax: TEXT,
  SoDienThoai: upTo(50),
  TrichYeuHoSo: required(upTo(1000)),
  NgayNopHoSo: DATE,
  NgayTiepNhan: required(DATE),
  NgayHenTra: DATE,
  TrangThaiHoSo: required({ is: 'text', oneOf: STATUSES }),
  NgayTra: DATE,
  NgayKetThucXuLy: DATE,
  NgayTuChoi: DATE,
  ThongTinTra: TEXT,
  HinhThuc: required({ is: 'text', oneOf: ['0', '1'] }),
  DonViXuLy: required({ is: 'text', shape: /^(?!\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$)/, hint: 'phải là tên đơn vị, không phải mã' }),
  GhiChu: upTo(2000),
  TaiLieuNop: { is: 'list', items: PAPER },
  DanhSachLePhi: { is: 'list', items: FEE },
  DanhSachTepDinhKemKhac: { is: 'list', items: OTHER_ATTACHMENT },
  DanhSachHoSoBoSung: { is: 'list', items: SUPPLEMENT },
  DanhSachGiayToKetQua: { is: 'list', items: RESULT_PAPER },
  NoiNopHoSo: sinceB({ is: 'text', oneOf: ['1', '2'] }),
  HoSoCoThanhPhanSoHoa: sinceB(FLAG),
  TaiKhoanDuocXacThucVoiVNeID: sinceB(FLAG),
  DuocThanhToanTrucTuyen: sinceB({ is: 'text', oneOf: ['0', '1', '2', '3'] }),
  DinhDanhCHS: sinceB({ is: 'list', items: IDENTITY }),
  DSKetNoiCSDL: { is: 'list', items: { fields: { MaCSDL: required(TEXT) } } }
}

export const DOSSIER_SHAPE: BodyShape = { fields: DOSSIER_FIELDS }

export const STEP_SHAPE: BodyShape = {
  fields: {
    MaHoSo: DOSSIER_CODE,
    NguoiXuLy: required(upTo(50)),
    ChucDanh: TEXT,
    ThoiDiemXuLy: required(DATE),
    PhongBanXuLy: TEXT,
    NoiDungXuLy: required(TEXT),
    TrangThai: required({ is: 'text', oneOf: STATUSES }),
    NgayBatDau: DATE,
    NgayKetThucTheoQuyDinh: DATE
  }
}

export const NOTICE_SHAPE: BodyShape = {
  fields: {
    MaHoSo: required(TEXT),
    MaHoSoDonVi: required(TEXT),
    MaDoiTuong: TEXT,
    NoiDung: TEXT,
    NgayXuLy: required(DATE),
    // contract §2.11: everything else is folded into 2 and 5; 1 passes unchanged, 11 is one client's refusal
    TrangThai: required({ is: 'text', oneOf: ['1', '2', '5', '11'] }),
    TaiLieuXuLy: { is: 'list', items: PAPER }
  }
}
