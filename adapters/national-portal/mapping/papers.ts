/** The lists of a dossier: files, fees, other attachments, supplement requests, results (contract §2.1.2 to §2.1.6). */
import { KINDS } from '../findings.js'
import { optionalCode } from './coded.js'
import { compact, flag, type Limit, type Members, type Translator } from './translator.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import type { Path } from '../../../src/model/findings.js'

type Document = NonNullable<Dossier['documents']>[number]
type Fee = NonNullable<Dossier['fees']>[number]
type Supplement = NonNullable<Dossier['supplements']>[number]
type Result = NonNullable<Dossier['results']>[number]
type Attachment = NonNullable<Dossier['otherAttachments']>[number]
type MapItem<Item> = (item: Item, path: Path, t: Translator) => Members

/** Limits that a client keeps by cutting (§2.1.2, §2.1.6). */
const FILE_NAME: Limit = { limit: 4000, keep: 4000 }
const PAPER_NAME: Limit = { limit: 2000, keep: 2000 }

/** All five are always sent, empty where there is nothing, as every client does. */
export function mapPapers (dossier: Dossier, t: Translator): Members {
  const list = <Item>(name: keyof Dossier, items: readonly Item[] | undefined, mapItem: MapItem<Item>): Members[] =>
    mapList({ items, path: [name], mapItem }, t)
  return {
    TaiLieuNop: list('documents', dossier.documents, document),
    DanhSachLePhi: list('fees', dossier.fees, fee),
    DanhSachTepDinhKemKhac: list('otherAttachments', dossier.otherAttachments, attachment),
    DanhSachHoSoBoSung: list('supplements', dossier.supplements, supplement),
    // Only what the province calls a result: the first submitted file is none (pitfall 28).
    DanhSachGiayToKetQua: list('results', dossier.results, result)
  }
}

interface List<Item> {
  items: readonly Item[] | undefined
  path: Path
  mapItem: MapItem<Item>
}

function mapList<Item> ({ items, path, mapItem }: List<Item>, t: Translator): Members[] {
  return (items ?? []).map((item, index) => compact(mapItem(item, [...path, index], t)))
}

/** Links, never file contents: this message wants addresses (pitfall 39), the province's exactly as it gave them. */
function document (item: Document, path: Path, t: Translator): Members {
  return {
    TepDinhKemId: item.id ?? '',
    TenTepDinhKem: t.cut(item.name, FILE_NAME, [...path, 'name']),
    // Capitalised strings, unlike the other flags; listed and not removed means present (§2.1.2).
    IsDeleted: item.removed === true ? 'True' : 'False',
    MaThanhPhanHoSo: optionalCode('paper', { own: item.componentCode, path: [...path, 'componentCode'] }, t),
    DuongDanTaiTepTin: t.link(item.url),
    ...(t.extended ? extendedDocument(item, path, t) : {})
  }
}

function extendedDocument (item: Document, path: Path, t: Translator): Members {
  if (item.reuse === 'result' && (item.replacementResultCode ?? '') === '') t.report(KINDS.replacementMissing, [...path, 'replacementResultCode'])
  return {
    DuocSoHoa: flag(item.digitised),
    DuocTaiSuDung: t.code('reuse', item.reuse, [...path, 'reuse']),
    DuocLayTuKhoDMQG: flag(item.fromPersonalRepository),
    MaKetQuaThayThe: optionalCode('result', { own: item.replacementResultCode, path: [...path, 'replacementResultCode'] }, t)
  }
}

/** A dossier without a fee sends no row: a row with 0 would take it out of the payment metric (standards §4.4). */
function fee (item: Fee, path: Path, t: Translator): Members {
  return {
    TenPhiLePhi: item.name,
    MaPhiLePhi: optionalCode('fee', { own: item.code, path: [...path, 'code'] }, t),
    HinhThucThu: t.code('feeCollection', item.collection, [...path, 'collection']) ?? '',
    Gia: item.amount,
    LoaiPhiLePhi: t.code('feeType', item.type, [...path, 'type']) ?? ''
  }
}

function attachment (item: Attachment, path: Path, t: Translator): Members {
  return {
    TenGiayTo: t.cut(item.name, PAPER_NAME, [...path, 'name']),
    // Numbers, unlike everything around them (§2.1.4).
    SoLuong: item.quantity,
    LoaiGiayTo: item.type
  }
}

/** No client ever sent one, so number, boolean and date forms are inferred (§2.1.5). */
function supplement (item: Supplement, path: Path, t: Translator): Members {
  return {
    HoSoBoSungId: item.id,
    NguoiYeuCauBoSung: item.requestedBy,
    NoiDungBoSung: item.content,
    NgayBoSung: t.date(item.requestedAt, [...path, 'requestedAt']),
    NguoiTiepNhanBoSung: item.receivedBy ?? '',
    ThongTinTiepNhan: item.receiptInformation ?? '',
    NgayTiepNhanBoSung: t.date(item.receivedAt, [...path, 'receivedAt']),
    TrangThaiBoSung: item.completed,
    DanhSachGiayToBoSung: mapList({ items: item.documents, path: [...path, 'documents'], mapItem: document }, t),
    DanhSachLePhiBoSung: mapList({ items: item.fees, path: [...path, 'fees'], mapItem: fee }, t),
    NgayHenTraTruoc: t.date(item.previousDueAt, [...path, 'previousDueAt']),
    NgayHenTraMoi: t.date(item.newDueAt, [...path, 'newDueAt'])
  }
}

function result (item: Result, path: Path, t: Translator): Members {
  return {
    TenGiayTo: t.cut(item.name, PAPER_NAME, [...path, 'name']),
    MaThanhPhanHoSo: optionalCode('paper', { own: item.componentCode, path: [...path, 'componentCode'] }, t),
    GiayToId: item.fileId ?? '',
    DuongDanTepTinKetQua: t.link(item.url) ?? '',
    ...(t.extended ? { MaGiayToKetQua: optionalCode('result', { own: item.code, path: [...path, 'code'] }, t) } : {})
  }
}
