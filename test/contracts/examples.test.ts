// The examples of contract §7.11 to §7.15 keep to their schemas, and no damage to a member of theirs goes unseen.
import type { ValidateFunction } from 'ajv/dist/2020.js'
import t from 'tap'
import { compileSchema, readExample, type System } from './support.js'

interface Example {
  system: System
  section: string
  schema: string
  /** Members that may be absent, wherever they stand. */
  optional?: readonly string[]
  /** The contract lets other members through. */
  open?: true
}

const NOTICE = ('SoVanBan NgayNopHoSo DiaChiDoanhNghiep MaTinh MaHuyen MaXa DiaChiChiTiet DienThoai Fax Email NguoiLienHe SoDienThoaiNguoiLienHe ' +
  'TenChuongTrinhKhuyenMai HinhThucKhuyenMai ThoiGianKhuyenMaiTu ThoiGianKhuyenMaiDen HangHoaDichVuKhuyenMai SoLuongHangHoaDichVu KhachHang ' +
  'CoCauGiaiThuong TongGiaTriHangHoa NoiDungChiTiet TenCacThuongNhanCungThucHien TenTepDonDangKy TepDonDangKy TaiLieuNop').split(' ')

const EXAMPLES: readonly Example[] = [
  { system: 'payment-platform', section: '7.11', schema: 'init' },
  { system: 'payment-platform', section: '7.11', schema: 'confirm', open: true },
  { system: 'payment-platform', section: '7.11', schema: 'confirm-answer' },
  { system: 'payment-platform', section: '7.11', schema: 'query' },
  { system: 'payment-platform', section: '7.11', schema: 'get-bill' },
  { system: 'payment-platform', section: '7.11', schema: 'lookup', open: true },
  { system: 'payment-platform', section: '7.11', schema: 'lookup-answer' },
  { system: 'national-portal', section: '7.12', schema: 'promotion-notice', optional: NOTICE },
  { system: 'national-portal', section: '7.12', schema: 'promotion-notice-answer' },
  { system: 'national-portal', section: '7.12', schema: 'land-tax-document', optional: ['SoCMTNguoiNopTien'] },
  { system: 'national-portal', section: '7.12', schema: 'tax-notice' },
  { system: 'personal-papers', section: '7.13', schema: 'query' },
  { system: 'personal-papers', section: '7.13', schema: 'query-answer', optional: ['signature', 'result'] },
  {
    system: 'vnconnect',
    section: '7.14',
    schema: 'userinfo',
    optional: ['SoDinhDanh', 'HoVaTen', 'ThuDienTu', 'SoDienThoai', 'GioiTinh', 'NgayThangNamSinh', 'DiaChi'],
    open: true
  },
  { system: 'national-portal-connector', section: '7.15', schema: 'login' },
  { system: 'national-portal-connector', section: '7.15', schema: 'progress', optional: ['NgayKetThucTheoQuyDinh'] },
  { system: 'national-portal-connector', section: '7.15', schema: 'status', optional: ['DanhSachLePhi', 'DanhSachGiayToKetQua'] }
]

interface Damage { what: string, message: unknown, refused: boolean }

/** Every damage of one kind to one place of a message. */
function damages (value: unknown, example: Example, path = ''): Damage[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => within(damages(item, example, `${path}/${index}`), changed => value.with(index, changed)))
  if (value === null || typeof value !== 'object') return []
  const members = Object.entries(value)
  return [
    { what: `${path}/unknown`, message: { ...value, unknown: 'x' }, refused: example.open !== true },
    ...members.flatMap(([name, member]): Damage[] => [
      { what: `${path}/${name} missing`, message: Object.fromEntries(members.filter(([other]) => other !== name)), refused: example.optional?.includes(name) !== true },
      ...otherTypes(member).map(other => ({ what: `${path}/${name} as ${JSON.stringify(other)}`, message: { ...value, [name]: other }, refused: true })),
      ...within(damages(member, example, `${path}/${name}`), changed => ({ ...value, [name]: changed }))
    ])
  ]
}

function within (inner: readonly Damage[], put: (changed: unknown) => unknown): Damage[] {
  return inner.map(damage => ({ ...damage, message: put(damage.message) }))
}

/** Among them the mistakes that happen: digits for text, text for digits, null for nothing, one for a list of one. */
function otherTypes (value: unknown): unknown[] {
  const all: unknown[] = [null, 7.5, 'x', true, ['x'], { x: 1 }]
  const alike: unknown[] = typeof value === 'number' ? [String(value)] : typeof value === 'string' && /^\d{1,15}$/.test(value) ? [Number(value)] : []
  return [...all.filter(other => kindOf(other) !== kindOf(value)), ...alike]
}

function kindOf (value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

for (const example of EXAMPLES) {
  const { system, section, schema } = example
  t.test(`${section}, ${system}: ${schema} passes, and damaged it does not`, async t => {
    const validate: ValidateFunction = compileSchema(system, schema)
    const message = readExample(system, `${section}-${schema}`)
    t.ok(validate(message), JSON.stringify(validate.errors))
    const found = damages(message, example)
    const wrong = found.filter(damage => validate(damage.message) === damage.refused)
    t.strictSame(wrong.map(({ what }) => what), [])
    t.ok(found.length >= 5, `${found.length} damages`)
  })
}

type Message = Record<string, unknown>
const SPECIAL: ReadonlyArray<[what: string, system: System, name: string, change: Message, accepted?: true]> = [
  ['a hash in capitals', 'payment-platform', '7.11-confirm', { MaXacThuc: 'A'.repeat(64) }],
  ['a signed text with the delimiter', 'payment-platform', '7.11-confirm', { ThongTinGiaoDich: 'A|B' }],
  ['an amount below zero', 'payment-platform', '7.11-confirm', { SoTien: -1 }],
  ['a type that one document alone knows', 'payment-platform', '7.11-confirm', { LoaiBanTin: 'IPN' }, true],
  ['a refusal by the bank', 'payment-platform', '7.11-confirm', { MaLoi: '24' }, true],
  ['a partner of 51 characters', 'payment-platform', '7.11-query', { MaDoiTac: 'D'.repeat(51) }],
  ['a reference of 256 characters', 'payment-platform', '7.11-query', { MaThamChieu: 'd'.repeat(256) }],
  ['a time in ISO', 'payment-platform', '7.11-query', { ThoiGianGD: '2026-11-04T09:30:15' }],
  ['a QUERY as GET_BILL', 'payment-platform', '7.11-query', { LoaiBanTin: 'GET_BILL' }],
  ['nothing to pay, told by an object', 'payment-platform', '7.11-lookup-answer', { error_code: 0 }],
  ['nothing to pay, told in words', 'payment-platform', '7.11-lookup-answer', { error_code: 0, message: 'Không có khoản phải nộp' }, true],
  ['success with words of an error', 'payment-platform', '7.11-confirm-answer', { MoTaLoi: 'x' }],
  ['success without what it is about', 'payment-platform', '7.11-confirm-answer', { MaThamChieu: '' }],
  ['a refusal of what could not be read', 'payment-platform', '7.11-confirm-answer', { MaLoi: '99', MoTaLoi: 'x', MaDoiTac: '', MaThamChieu: '', ThoiGianGD: '', MaXacThuc: '' }, true],
  ['something to pay, told in words', 'payment-platform', '7.11-lookup-answer', { message: 'có' }],
  ['a notice without a tax code', 'national-portal', '7.12-promotion-notice', { MaSoThue: '' }],
  ['a link where the file belongs', 'national-portal', '7.12-promotion-notice', { TepDonDangKy: 'https://dvcqg.example.vn/1' }],
  ['a duplicate', 'national-portal', '7.12-promotion-notice-answer', { error_code: 1 }, true],
  ['an answer without the code that was received', 'national-portal', '7.12-promotion-notice-answer', { message: 'success' }],
  ['isUpdating as DongBoHoSoMC has it', 'national-portal', '7.12-land-tax-document', { isUpdating: 'False' }],
  ['the key that one province asks for', 'national-portal', '7.12-land-tax-document', { SecurityKey: 'k', isSync: true }, true],
  ['another service on the same path', 'national-portal', '7.12-land-tax-document', { service: 'NhanThongBaoThueDat' }],
  ['a claim that the contract does not list', 'vnconnect', '7.14-userinfo', { acr: '2' }, true]
]

for (const [what, system, name, change, accepted = false] of SPECIAL) {
  t.test(`${name.slice(0, 4)}: ${what} is ${accepted ? 'taken' : 'refused'}`, async t => {
    const validate = compileSchema(system, name.slice(5))
    t.equal(validate({ ...readExample<Message>(system, name), ...change }), accepted, JSON.stringify(validate.errors))
  })
}

t.test('7.15: fees and results go with the statuses 5, 6 and 9 alone; the id is spelled otherwise than in steps', async t => {
  const validate = compileSchema('national-portal-connector', 'status')
  const [message] = readExample<[Message]>('national-portal-connector', '7.15-status')
  const { DanhSachLePhi: _, DanhSachGiayToKetQua: __, ...bare } = message
  for (const status of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    t.equal(validate([{ ...message, TrangThai: status }]), [5, 6, 9].includes(status), String(status))
    t.ok(validate([{ ...bare, TrangThai: status }]), String(status))
  }
  const { IdHoSo, ...other } = message
  t.notOk(validate([{ ...other, IDHoSo: IdHoSo }]))
})
