/** The dictionaries of contract §2.7: small, invented, always the same. */
import { CODE } from '../answers.js'
import { PROCEDURES } from '../catalogue.js'
import type { SandboxService } from './messages.js'

type Row = Readonly<Record<string, string>>

/** The rows of these are known by name only ("code/name pairs", or nothing at all): MA and TEN are *inferred*. */
function pairs (...names: string[]): Row[] {
  return names.map((name, index) => ({ MA: String(index + 1), TEN: name }))
}

export const DICTIONARIES: Readonly<Record<string, readonly Row[]>> = {
  LayDanhMucLoaiThuTuc: pairs('Loại mẫu 1', 'Loại mẫu 2'),
  LayDanhMucNhomThuTuc: pairs('Nhóm mẫu 1', 'Nhóm mẫu 2'),
  LayDanhMucThuTucThuocLoai: PROCEDURES.map(({ code }, index) => ({ MATTHC: code, MA: String(index % 2 + 1) })),
  LayDanhMucGioiTinh: pairs('Nam', 'Nữ'),
  LayDanhMucTinhThanh: pairs('Tỉnh Thử Nghiệm', 'Thành phố Mẫu'),
  LayDanhMucQuanHuyen: pairs('Huyện Mẫu'),
  LayDanhMucPhuongXa: pairs('Xã Ví Dụ', 'Phường Mẫu'),
  LayDanhMucQuocGia: pairs('Việt Nam', 'Quốc gia Mẫu'),
  LayDanhMucDanToc: pairs('Kinh', 'Tày'),
  LayDanhMucTonGiao: pairs('Không'),
  LayDanhMucTinhTrangHonNhan: pairs('Chưa kết hôn', 'Đã kết hôn'),
  LayDanhMucDoiTuong: pairs('Công dân', 'Doanh nghiệp', 'Cơ quan nhà nước', 'Tổ chức'),
  LayDanhMucCapThucHien: pairs('Cấp bộ', 'Cấp tỉnh', 'Cấp xã'),
  LayDanhMucCanCuPhapLy: pairs('Nghị định mẫu'),
  LayDanhMucLePhi: pairs('Lệ phí mẫu')
}

/** Agencies and fields, as a developer changed them. */
export const listAgencies: SandboxService = (_, { shelf }) => ({ code: CODE.done, codeAs: 'number', result: shelf.agencies() })
export const listFields: SandboxService = (_, { shelf }) => ({ code: CODE.done, codeAs: 'number', result: shelf.fields() })

/** Without a `message`, as the examples of §7.8. */
export function dictionary (rows: readonly Row[]): SandboxService {
  return () => ({ code: CODE.done, codeAs: 'number', result: rows })
}
