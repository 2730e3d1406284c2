/** The lists of a dossier on the way back (contract §2.1.2 to §2.1.6). */
import { items, required, text, yesNo, type Reader } from './inverse-reader.js'
import { compact, type Members } from './translator.js'
import type { Path } from '../../../src/model/findings.js'

type ReadItem = (item: Members, path: Path, reader: Reader) => Members

export function readPapers (item: Members, reader: Reader): Members {
  return {
    documents: list(item, 'TaiLieuNop', { readItem: documentOf, reader }),
    fees: list(item, 'DanhSachLePhi', { readItem: feeOf, reader }),
    otherAttachments: list(item, 'DanhSachTepDinhKemKhac', { readItem: attachmentOf, reader }),
    supplements: list(item, 'DanhSachHoSoBoSung', { readItem: supplementOf, reader }),
    results: list(item, 'DanhSachGiayToKetQua', { readItem: resultOf, reader })
  }
}

interface Reading {
  readItem: ReadItem
  reader: Reader
  path?: Path
}

function list (owner: Members, member: string, { readItem, reader, path = [] }: Reading): Members[] | undefined {
  return items(owner[member], [...path, member], (item, place) => compact(readItem(item, place, reader)))
}

function documentOf (item: Members, path: Path, reader: Reader): Members {
  return {
    id: text(item.TepDinhKemId),
    name: required(item.TenTepDinhKem),
    // "False" is what a present file says; ours says nothing then.
    removed: item.IsDeleted === 'True' ? true : undefined,
    componentCode: text(item.MaThanhPhanHoSo),
    url: required(item.DuongDanTaiTepTin),
    digitised: yesNo(item.DuocSoHoa),
    reuse: reader.word('reuse', item.DuocTaiSuDung, [...path, 'DuocTaiSuDung']),
    fromPersonalRepository: yesNo(item.DuocLayTuKhoDMQG),
    replacementResultCode: text(item.MaKetQuaThayThe)
  }
}

function feeOf (item: Members, path: Path, reader: Reader): Members {
  return {
    name: required(item.TenPhiLePhi),
    code: text(item.MaPhiLePhi),
    collection: reader.word('feeCollection', item.HinhThucThu, [...path, 'HinhThucThu']),
    amount: required(item.Gia),
    type: reader.word('feeType', item.LoaiPhiLePhi, [...path, 'LoaiPhiLePhi'])
  }
}

function attachmentOf (item: Members): Members {
  return { name: required(item.TenGiayTo), quantity: item.SoLuong, type: item.LoaiGiayTo }
}

function supplementOf (item: Members, path: Path, reader: Reader): Members {
  const instant = (member: string): string | undefined => reader.instant(item[member], [...path, member])
  return {
    id: item.HoSoBoSungId,
    requestedBy: required(item.NguoiYeuCauBoSung),
    content: required(item.NoiDungBoSung),
    requestedAt: instant('NgayBoSung'),
    receivedBy: text(item.NguoiTiepNhanBoSung),
    receiptInformation: text(item.ThongTinTiepNhan),
    receivedAt: instant('NgayTiepNhanBoSung'),
    completed: item.TrangThaiBoSung,
    documents: list(item, 'DanhSachGiayToBoSung', { readItem: documentOf, reader, path }),
    fees: list(item, 'DanhSachLePhiBoSung', { readItem: feeOf, reader, path }),
    previousDueAt: instant('NgayHenTraTruoc'),
    newDueAt: instant('NgayHenTraMoi')
  }
}

function resultOf (item: Members): Members {
  return {
    name: required(item.TenGiayTo),
    componentCode: text(item.MaThanhPhanHoSo),
    fileId: text(item.GiayToId),
    url: text(item.DuongDanTepTinKetQua),
    code: text(item.MaGiayToKetQua)
  }
}
