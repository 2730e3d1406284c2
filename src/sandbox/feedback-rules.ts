/** The fields of contract §2.12 and §2.13 as data. Their casing is the contract's: it differs even within one message. */
import type { Rule, BodyShape } from './checks.js'
import { AGENCY_CODE } from './field-rules.js'

const TEXT: Rule = { is: 'text' }
const NEEDED: Rule = { is: 'text', need: 'always' }
const PERCENT: Rule = { ...NEEDED, shape: /^(100|\d{1,2})%$/, hint: 'phải là phần trăm dạng "50%"' }

export const QUESTION_SHAPE: BodyShape = {
  fields: { HOIDAPID: NEEDED, MaLinhVuc: TEXT, NOIDUNG: NEEDED, MADONVI: AGENCY_CODE, TENDONVI: TEXT }
}

export const ANSWER_SHAPE: BodyShape = {
  fields: {
    HOIDAPID: NEEDED,
    MADONVI: AGENCY_CODE,
    NGUOITRALOI: NEEDED,
    CHUCVUNGUOITRALOI: TEXT,
    // Day first and without a time, unlike every other date (pitfall 44).
    NGAYTRALOI: { ...NEEDED, shape: /^(0[1-9]|[12]\d|3[01])\/(0[1-9]|1[0-2])\/\d{4}$/, hint: 'phải là ngày dạng dd/MM/yyyy' },
    NOIDUNGTRALOI: NEEDED
  }
}

export const RATING_SHAPE: BodyShape = {
  fields: {
    NgayTongHop: { ...NEEDED, shape: /^([1-9]|1[0-2])-\d{4}$/, hint: 'phải là tháng dạng M-YYYY, không có số 0 ở đầu' },
    TongSoNguoiDanhGia: { is: 'whole', need: 'always' },
    PhanTramDanhGiaRatHaiLong: PERCENT,
    PhanTramDanhGiaHaiLong: PERCENT,
    PhanTramDanhGiaChuaHaiLong: PERCENT,
    DanhSachNoiDungYKien: TEXT,
    MaThuTuc: TEXT,
    NoiDung: TEXT,
    PhanTramDanhGiaDichVuRatHaiLong: PERCENT,
    PhanTramDanhGiaDichVuHaiLong: PERCENT,
    PhanTramDanhGiaDichVuChuaHaiLong: PERCENT,
    Madonvi: AGENCY_CODE,
    TenDonVi: TEXT
  }
}
