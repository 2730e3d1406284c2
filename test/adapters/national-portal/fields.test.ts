// Every field of DongBoHoSoMC and CapNhatTienDoHoSoMC (contract §2.1, §2.2) has a home in the canonical dossier.
import t from 'tap'
import { dossierOf } from '../../../adapters/national-portal/mapping/inverse.js'
import { codes, fixture, mapped, readJson, schema } from './support.js'
import type { Dossier } from '../../../src/model/dossier-types.js'

/** §2.1.2, and the papers of a supplement (§2.1.5). */
const DOCUMENT: Record<string, string> = {
  TepDinhKemId: 'id',
  TenTepDinhKem: 'name',
  IsDeleted: 'removed',
  MaThanhPhanHoSo: 'componentCode',
  DuongDanTaiTepTin: 'url',
  DuocSoHoa: 'digitised',
  DuocTaiSuDung: 'reuse',
  DuocLayTuKhoDMQG: 'fromPersonalRepository',
  MaKetQuaThayThe: 'replacementResultCode'
}

/** §2.1.3, and the fees of a supplement. */
const FEE: Record<string, string> = {
  TenPhiLePhi: 'name',
  MaPhiLePhi: 'code',
  HinhThucThu: 'collection',
  Gia: 'amount',
  LoaiPhiLePhi: 'type'
}

function within (fields: Record<string, string>, national: string, canonical: string): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([field, home]) => [national + field, canonical + home]))
}

/** National member → canonical path; `[]` steps into a list. */
const DOSSIER: Record<string, string> = {
  MaHoSo: 'code',
  MaTTHC: 'procedure.code',
  TenTTHC: 'procedure.name',
  MaLinhVuc: 'field.code',
  TenLinhVuc: 'field.name',
  KenhThucHien: 'channel',
  SoGiayToChuHoSo: 'applicant.identityNumber',
  SoBienNhan: 'receiptNumber',
  ChuHoSo: 'applicant.name',
  LoaiDoiTuong: 'applicant.kind',
  MaDoiTuong: 'applicant.accountId',
  ThongTinKhac: 'otherInformation',
  Email: 'applicant.email',
  Fax: 'applicant.fax',
  SoDienThoai: 'applicant.phone',
  TrichYeuHoSo: 'summary',
  NgayNopHoSo: 'submittedAt',
  NgayTiepNhan: 'receivedAt',
  NgayHenTra: 'dueAt',
  TrangThaiHoSo: 'status',
  NgayTra: 'returnedAt',
  NgayKetThucXuLy: 'finishedAt',
  NgayTuChoi: 'refusedAt',
  ThongTinTra: 'returnInformation',
  HinhThuc: 'resultDelivery',
  DonViXuLy: 'agency.name',
  GhiChu: 'note',
  NoiNopHoSo: 'filedVia',
  HoSoCoThanhPhanSoHoa: 'digitised',
  TaiKhoanDuocXacThucVoiVNeID: 'applicant.identityVerified',
  DuocThanhToanTrucTuyen: 'onlinePayment',
  'DinhDanhCHS[].LoaiDinhDanh': 'applicant.identities[].type',
  'DinhDanhCHS[].SoDinhDanh': 'applicant.identities[].number',
  'DSKetNoiCSDL[].MaCSDL': 'consultedDatabases[]',
  ...within(DOCUMENT, 'TaiLieuNop[].', 'documents[].'),
  ...within(FEE, 'DanhSachLePhi[].', 'fees[].'),
  'DanhSachTepDinhKemKhac[].TenGiayTo': 'otherAttachments[].name',
  'DanhSachTepDinhKemKhac[].SoLuong': 'otherAttachments[].quantity',
  'DanhSachTepDinhKemKhac[].LoaiGiayTo': 'otherAttachments[].type',
  'DanhSachHoSoBoSung[].HoSoBoSungId': 'supplements[].id',
  'DanhSachHoSoBoSung[].NguoiYeuCauBoSung': 'supplements[].requestedBy',
  'DanhSachHoSoBoSung[].NoiDungBoSung': 'supplements[].content',
  'DanhSachHoSoBoSung[].NgayBoSung': 'supplements[].requestedAt',
  'DanhSachHoSoBoSung[].NguoiTiepNhanBoSung': 'supplements[].receivedBy',
  'DanhSachHoSoBoSung[].ThongTinTiepNhan': 'supplements[].receiptInformation',
  'DanhSachHoSoBoSung[].NgayTiepNhanBoSung': 'supplements[].receivedAt',
  'DanhSachHoSoBoSung[].TrangThaiBoSung': 'supplements[].completed',
  ...within(DOCUMENT, 'DanhSachHoSoBoSung[].DanhSachGiayToBoSung[].', 'supplements[].documents[].'),
  ...within(FEE, 'DanhSachHoSoBoSung[].DanhSachLePhiBoSung[].', 'supplements[].fees[].'),
  'DanhSachHoSoBoSung[].NgayHenTraTruoc': 'supplements[].previousDueAt',
  'DanhSachHoSoBoSung[].NgayHenTraMoi': 'supplements[].newDueAt',
  'DanhSachGiayToKetQua[].TenGiayTo': 'results[].name',
  'DanhSachGiayToKetQua[].MaThanhPhanHoSo': 'results[].componentCode',
  'DanhSachGiayToKetQua[].GiayToId': 'results[].fileId',
  'DanhSachGiayToKetQua[].DuongDanTepTinKetQua': 'results[].url',
  'DanhSachGiayToKetQua[].MaGiayToKetQua': 'results[].code'
}

const PROGRESS: Record<string, string> = {
  NguoiXuLy: 'officer.name',
  ChucDanh: 'officer.title',
  ThoiDiemXuLy: 'occurredAt',
  PhongBanXuLy: 'officer.department',
  NoiDungXuLy: 'content',
  TrangThai: 'status',
  NgayBatDau: 'startedAt',
  NgayKetThucTheoQuyDinh: 'dueAt'
}

const FULL_DOCUMENT: NonNullable<Dossier['documents']>[number] = {
  id: '501',
  name: 'Đơn.pdf',
  componentCode: 'TP-1',
  url: 'https://motcua.example.vn/501',
  removed: true,
  digitised: true,
  reuse: 'result',
  fromPersonalRepository: true,
  replacementResultCode: 'KQ.G13.000007'
}

const FULL_FEE: NonNullable<Dossier['fees']>[number] = { name: 'Phí', code: 'LP000001', collection: 'at-reception', amount: '10000', type: 'appraisal' }

/** A dossier in which every canonical field that has a national home holds a value of its own. */
const FULL: Dossier = {
  ...fixture('update-with-result').dossier,
  receivedAt: '2026-11-04T09:00:00+07:00',
  refusedAt: '2026-11-22T08:00:00+07:00',
  results: [{ name: 'Giấy phép.pdf', code: 'KQ.G17.000122', componentCode: 'TP-9', fileId: '777', url: 'https://motcua.example.vn/777' }],
  otherAttachments: [{ name: 'Bản sao', quantity: 2, type: 1 }],
  documents: [FULL_DOCUMENT],
  fees: [FULL_FEE],
  supplements: [{
    id: 4,
    requestedBy: 'Lê Văn Ví Dụ',
    content: 'Thiếu bản sao',
    requestedAt: '2026-11-05T10:00:00+07:00',
    receivedBy: 'Trần Thị Thử',
    receiptInformation: 'Nộp đủ',
    receivedAt: '2026-11-06T10:00:00+07:00',
    completed: true,
    documents: [FULL_DOCUMENT],
    fees: [FULL_FEE],
    previousDueAt: '2026-11-11T17:00:00+07:00',
    newDueAt: '2026-11-18T17:00:00+07:00'
  }]
}

type Node = Record<string, unknown>

function parts (path: string): string[] {
  return path.replaceAll('[]', '.[]').split('.').filter(part => part !== '')
}

/** Walks a JSON Schema; `undefined` where the path leads nowhere. */
function inSchema (root: Node, path: string, other: Node = root): Node | undefined {
  let node: Node | undefined = root
  for (const part of parts(path)) {
    node = resolve(root, node, other)
    node = (part === '[]' ? node?.items : (node?.properties as Node | undefined)?.[part]) as Node | undefined
  }
  return resolve(root, node, other)
}

function resolve (root: Node, node: Node | undefined, other: Node): Node | undefined {
  if (typeof node?.$ref !== 'string') return node
  const document = node.$ref.startsWith('progress-step.json') ? other : root
  const name = node.$ref.split('#/$defs/')[1]
  return name === undefined ? document : (document.$defs as Record<string, Node>)[name]
}

function inValue (value: unknown, path: string): unknown {
  return parts(path).reduce<unknown>((node, part) =>
    part === '[]' ? (node as unknown[])[0] : (node as Node | undefined)?.[part], value)
}

t.test('every national dossier field has a home in the canonical schema', async t => {
  const canonical = readJson<Node>('../../schemas/dossier.json')
  const step = readJson<Node>('../../schemas/progress-step.json')
  for (const [field, path] of Object.entries(DOSSIER)) t.ok(inSchema(canonical, path, step), `${field} ← ${path}`)
  for (const [field, path] of Object.entries(PROGRESS)) t.ok(inSchema(step, path), `${field} ← ${path}`)
})

t.test('every national dossier field is in the wire schema and is filled from its home', async t => {
  const wire = readJson<Node>('schema/dossier.json')
  const { calls, findings } = mapped({ dossier: FULL })
  const validate = schema('dossier')
  t.ok(validate(calls[0]?.message), JSON.stringify(validate.errors))
  t.notOk(findings.some(finding => finding.severity === 'error'))
  for (const field of Object.keys(DOSSIER)) {
    t.ok(inSchema(wire, `[].${field}`), `${field} in the schema`)
    const value = inValue((calls[0]?.message as unknown[])[0], field)
    t.ok(value !== undefined && value !== '' && value !== null, `${field} is sent`)
  }
})

/** Every member of a wire schema that holds a value of its own. */
function leaves (root: Node, node: Node | undefined, path: string): string[] {
  const { items, properties } = resolve(root, node, root) ?? {}
  if (items !== undefined) return leaves(root, items as Node, `${path}[]`)
  if (properties === undefined) return [path]
  return Object.entries(properties as Record<string, Node>).flatMap(([name, member]) =>
    leaves(root, member, path === '' ? name : `${path}.${name}`))
}

t.test('the wire schemas have no field beyond those listed here, at any depth', async t => {
  const dossier = readJson<Node>('schema/dossier.json')
  t.strictSame(leaves(dossier, (dossier.$defs as Node).dossier as Node, '').sort(), Object.keys(DOSSIER).sort())
  const progress = readJson<Node>('schema/progress.json')
  t.strictSame(leaves(progress, progress.items as Node, '').sort(), ['MaHoSo', ...Object.keys(PROGRESS)].sort())
})

t.test('every national dossier field is read back into its home', async t => {
  const { calls } = mapped({ dossier: FULL })
  const { dossier, findings } = dossierOf({ item: (calls[0]?.message as Node[])[0] as Node, codes, agencyCode: FULL.agency.code })
  t.strictSame(findings, [])
  for (const home of Object.values(DOSSIER)) t.strictSame(inValue(dossier, home), inValue(FULL, home), home)
})

t.test('every national step field is in the wire schema and is filled from its home', async t => {
  const wire = readJson<Node>('schema/progress.json')
  const [step] = fixture('progress-two-chunks').steps
  const { calls } = mapped({ steps: step === undefined ? [] : [step] })
  const sent = (calls[1]?.message as Node[])[0] as Node
  t.equal(sent.MaHoSo, FULL.code)
  for (const field of ['MaHoSo', ...Object.keys(PROGRESS)]) {
    t.ok(inSchema(wire, `[].${field}`), `${field} in the schema`)
    t.ok(sent[field], `${field} is sent`)
  }
})
