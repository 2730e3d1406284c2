/**
 * Messages of the portal → canonical dossier and step: the way back of `dossier.ts` and `progress.ts`. Pure. The input
 * must keep to `schema/dossier.json` or `schema/progress.json`; what comes out must still pass the canonical schemas,
 * which are stricter in some places (README).
 */
import type { Finding } from '../../../src/model/findings.js'
import { readPapers } from './inverse-papers.js'
import { createReader, items, required, text, yesNo, type Reader } from './inverse-reader.js'
import { compact, type Members } from './translator.js'
import type { Dossier, ProgressStep } from '../../../src/model/dossier-types.js'
import type { CodeSeeds } from '../../../src/adapter-kit/contract/codes.js'

export interface InverseInput {
  /** One element of `data`. */
  item: Members
  codes: CodeSeeds
}

/** `agencyCode`: the portal has only the unit's name in a dossier; its code is the envelope's `madonvi`, or the caller's. */
export function dossierOf ({ item, codes, agencyCode }: InverseInput & { agencyCode: string }): { dossier: Dossier, findings: Finding[] } {
  const reader = createReader(codes)
  const dossier = compact({
    code: required(item.MaHoSo),
    procedure: { code: required(item.MaTTHC), name: required(item.TenTTHC) },
    field: { code: required(item.MaLinhVuc), name: required(item.TenLinhVuc) },
    agency: { code: agencyCode, name: required(item.DonViXuLy) },
    applicant: applicantOf(item, reader),
    ...contentOf(item, reader),
    ...timesOf(item, reader),
    ...readPapers(item, reader)
  })
  // The caller checks it against the canonical schema, and so the step below.
  return { dossier: dossier as unknown as Dossier, findings: reader.findings }
}

export function stepOf ({ item, codes }: InverseInput): { dossierCode: string, step: ProgressStep, findings: Finding[] } {
  const reader = createReader(codes)
  const step = compact({
    occurredAt: reader.instant(item.ThoiDiemXuLy, ['ThoiDiemXuLy']),
    status: reader.word('status', item.TrangThai, ['TrangThai']),
    content: required(item.NoiDungXuLy),
    officer: compact({ name: required(item.NguoiXuLy), title: text(item.ChucDanh), department: text(item.PhongBanXuLy) }),
    startedAt: reader.instant(item.NgayBatDau, ['NgayBatDau']),
    dueAt: reader.instant(item.NgayKetThucTheoQuyDinh, ['NgayKetThucTheoQuyDinh'])
  })
  return { dossierCode: required(item.MaHoSo), step: step as unknown as ProgressStep, findings: reader.findings }
}

function applicantOf (item: Members, reader: Reader): Members {
  return compact({
    name: required(item.ChuHoSo),
    kind: reader.word('applicantKind', item.LoaiDoiTuong, ['LoaiDoiTuong']),
    accountId: text(item.MaDoiTuong),
    identityNumber: text(item.SoGiayToChuHoSo),
    identities: items(item.DinhDanhCHS, ['DinhDanhCHS'], (identity, path) => compact({
      type: reader.word('identityType', identity.LoaiDinhDanh, [...path, 'LoaiDinhDanh']),
      number: required(identity.SoDinhDanh)
    })),
    email: text(item.Email),
    phone: text(item.SoDienThoai),
    fax: text(item.Fax),
    identityVerified: yesNo(item.TaiKhoanDuocXacThucVoiVNeID)
  })
}

function contentOf (item: Members, reader: Reader): Members {
  const word = (table: string, member: string): string | undefined => reader.word(table, item[member], [member])
  return {
    // "" stays "": an empty receipt number would otherwise be left out on the way to the portal.
    receiptNumber: typeof item.SoBienNhan === 'string' ? item.SoBienNhan : undefined,
    channel: word('channel', 'KenhThucHien'),
    filedVia: word('filedVia', 'NoiNopHoSo'),
    summary: required(item.TrichYeuHoSo),
    otherInformation: text(item.ThongTinKhac),
    returnInformation: text(item.ThongTinTra),
    status: word('status', 'TrangThaiHoSo'),
    resultDelivery: word('resultDelivery', 'HinhThuc'),
    note: text(item.GhiChu),
    onlinePayment: word('onlinePayment', 'DuocThanhToanTrucTuyen'),
    digitised: yesNo(item.HoSoCoThanhPhanSoHoa),
    consultedDatabases: items(item.DSKetNoiCSDL, ['DSKetNoiCSDL'], database => required(database.MaCSDL))
  }
}

function timesOf (item: Members, reader: Reader): Members {
  const instant = (member: string): string | undefined => reader.instant(item[member], [member])
  return {
    submittedAt: instant('NgayNopHoSo'),
    receivedAt: instant('NgayTiepNhan'),
    dueAt: instant('NgayHenTra'),
    finishedAt: instant('NgayKetThucXuLy'),
    returnedAt: instant('NgayTra'),
    refusedAt: instant('NgayTuChoi')
  }
}
