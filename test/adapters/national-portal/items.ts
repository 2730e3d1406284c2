// Items that the wire schemas let through, for properties of the way back.
import fc from 'fast-check'
import { toDate14 } from '../../../src/model/dates.js'
import { arbitraryOf, type SchemaNode } from '../../support/schema-arbitrary.js'
import { codes, readJson } from './support.js'

export type Message = Record<string, unknown>

const DOSSIER = { root: readJson<SchemaNode>('schema/dossier.json'), at: '#/$defs/dossier' }
const STEP = { root: readJson<SchemaNode>('schema/progress.json'), at: '#/items' }

export const date14 = fc.date({ min: new Date('1950-01-01'), max: new Date('2900-01-01'), noInvalidDate: true }).map(date => toDate14(date.toISOString()))
export const dateOrEmpty = fc.oneof(date14, fc.constant(''))
const number = fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z./-]{0,11}$/)
const codesOf = (table: string, ...more: string[]): fc.Arbitrary<string> => fc.constantFrom(...Object.values(codes[table] ?? {}), ...more)

/** Where the canonical schema, or a code table, takes less than the wire schema. Nothing else is narrowed. */
export const NARROWER: Record<string, fc.Arbitrary<unknown>> = {
  // The pattern lets 31 February through.
  '#/$defs/date14': date14,
  '#/$defs/dateOrEmpty': dateOrEmpty,
  '#/$defs/dossier/properties/MaHoSo': fc.stringMatching(/^[0-9A-Za-z]{1,4}([._-][0-9A-Za-z]{1,6}){0,4}$/),
  '#/$defs/dossier/properties/ChuHoSo': fc.constantFrom('Y Thử Niê', 'H\'Mẫu Byă', 'ộ'.repeat(500)),
  '#/$defs/dossier/properties/SoGiayToChuHoSo': fc.oneof(number, fc.constant('')),
  '#/$defs/dossier/properties/DinhDanhCHS/items/properties/SoDinhDanh': number,
  '#/$defs/dossier/properties/DinhDanhCHS/items/properties/LoaiDinhDanh': codesOf('identityType'),
  '#/$defs/dossier/properties/DanhSachTepDinhKemKhac/items/properties/SoLuong': fc.nat(10_000),
  '#/$defs/dossier/properties/DanhSachTepDinhKemKhac/items/properties/LoaiGiayTo': fc.nat(100),
  '#/$defs/fee/properties/Gia': fc.nat(9_000_000).map(String),
  '#/$defs/fee/properties/HinhThucThu': codesOf('feeCollection', ''),
  '#/$defs/fee/properties/LoaiPhiLePhi': codesOf('feeType', '')
}

export const dossier = (instead: Record<string, fc.Arbitrary<unknown>>) => arbitraryOf({ root: DOSSIER.root, instead }, DOSSIER.at) as fc.Arbitrary<Message>
export const step = (instead: Record<string, fc.Arbitrary<unknown>>) => arbitraryOf({ root: STEP.root, instead }, STEP.at) as fc.Arbitrary<Message>

/**
 * Two normal forms, both rules of the README: a text or list that generation B adds is sent empty where it was absent,
 * and an identity number is never sent as the TechID (pitfall 19).
 */
export function normal (item: Message): Message {
  const papers = (list: unknown, added: Message): unknown => (list as Message[]).map(paper => ({ ...added, ...paper }))
  const supplements = (item.DanhSachHoSoBoSung as Message[]).map(one =>
    ({ ...one, DanhSachGiayToBoSung: papers(one.DanhSachGiayToBoSung, { MaKetQuaThayThe: '' }) }))
  const numbers = [item.SoGiayToChuHoSo, ...(item.DinhDanhCHS as Message[] | undefined ?? []).map(identity => identity.SoDinhDanh)]
  return {
    SoGiayToChuHoSo: '',
    NgayNopHoSo: '',
    NgayTuChoi: '',
    DinhDanhCHS: [],
    DSKetNoiCSDL: [],
    ...item,
    MaDoiTuong: numbers.includes(item.MaDoiTuong) ? '' : item.MaDoiTuong,
    TaiLieuNop: papers(item.TaiLieuNop, { MaKetQuaThayThe: '' }),
    DanhSachHoSoBoSung: supplements,
    DanhSachGiayToKetQua: papers(item.DanhSachGiayToKetQua, { MaGiayToKetQua: '' })
  }
}
