// Reads of the portal's lists, in every form in which they come (contract §1.5, §2.4 to §2.8, §7.8).
import t from 'tap'
import { catalogueRead, interpretCatalogue } from '../../../adapters/national-portal/catalogue.js'
import { LISTS } from '../../../adapters/national-portal/catalogue/lists.js'
import { answerRules } from '../../../adapters/national-portal/settings.js'
import { readManifest } from '../../../src/adapters/registry.js'
import { settings } from './support.js'
import type { Pulled, PullQuestion } from '../../../src/adapter-kit/contract/poll.js'

const reading = { rules: answerRules(settings), now: 0 }
const from = (list: string, body: unknown, status = 200): Pulled =>
  interpretCatalogue({ status, headers: {}, text: typeof body === 'string' ? body : JSON.stringify(body) }, { list }, reading)
const keysOf = (list: string, result: unknown[]): unknown => {
  const pulled = from(list, { error_code: 0, result })
  return 'items' in pulled ? pulled.items.map(({ key, name }) => [key, name]) : pulled
}
const ROW = { MATTHC: '1.000001.000.00.00.H99', TENTTHC: 'Thủ tục mẫu A' }
const ITEM = { key: ROW.MATTHC, name: ROW.TENTTHC, content: ROW }

const QUESTIONS: ReadonlyArray<[PullQuestion, ReturnType<typeof catalogueRead>]> = [
  [{ list: 'procedures' }, { service: 'LayDanhSachTTHC', parameters: {} }],
  [{ list: 'procedureDetails', key: '1.000001' }, { service: 'LayThuTuc', parameters: { maTTHC: '1.000001' } }],
  [{ list: 'fields' }, { service: 'LayDanhMucLinhVuc', parameters: {} }],
  [{ list: 'agencies' }, { service: 'LayDanhMucCoQuan', parameters: {} }],
  [{ list: 'services' }, { service: 'LayDVC', parameters: {} }],
  [{ list: 'decisions', key: '10' }, { service: 'LayQDCB', parameters: { idQDCB: '10' } }],
  [{ list: 'unitProcedures' }, { service: 'LayDanhSachTTHCDonVi', parameters: { maDonVi: 'H15.14' } }],
  [{ list: 'procedureTypes' }, { service: 'LayDanhMucLoaiThuTuc', parameters: {} }]
]

t.test('each list is asked for by its service', async t => {
  for (const [question, read] of QUESTIONS) t.strictSame(catalogueRead(question, '000.00.14.H15'), read)
  t.throws(() => catalogueRead({ list: 'unheard-of' }, 'H15'), { message: /no list/ })
})

t.test('the examples of the contract are read', async t => {
  t.strictSame(from('procedures', { error_code: 0, message: '', result: [ROW] }), { items: [ITEM] })
  t.match(from('agencies', { error_code: 0, result: [{ MADONVI: '000.00.01.H99', TENDONVI: 'Sở Mẫu', CAPDONVI: '1' }] }), { items: [{ key: '000.00.01.H99', name: 'Sở Mẫu' }] })
  t.match(from('fields', { error_code: 0, result: [{ MALINHVUC: 'G01-LV01', TENLINHVUC: 'Lĩnh vực mẫu', MANGANH: 'G01' }] }), { items: [{ key: 'G01-LV01' }] })
  t.match(from('services', { error_code: 0, result: { data: [{ MADVC: '1.000001.01', TENDVC: 'Dịch vụ mẫu', APDUNGDVC: [] }] } }), { items: [{ key: '1.000001.01', name: 'Dịch vụ mẫu' }] }, 'an object with data')
  const doubled = { error_code: '0', message: JSON.stringify({ result: [ROW] }) }
  t.strictSame(from('procedures', doubled), { items: [ITEM] }, 'JSON inside JSON, as wrappers answer')
})

t.test('what is no difference makes none: case of members, numbers, blanks, composed text', async t => {
  const spelt = { error_code: '00', result: [{ matthc: ' 1.000001.000.00.00.H99', TenTTHC: 'Thủ tục mẫu A'.normalize('NFD') }] }
  t.strictSame(from('procedures', spelt), { items: [ITEM] })
  t.match(from('services', { error_code: 0, result: { data: [{ MADVC: 7, TENDVC: 'x' }] } }), { items: [{ key: '7' }] })
})

t.test('rows without a code are no items; an empty list is one', async t => {
  t.strictSame(from('procedures', { error_code: 0, result: [{ TENTTHC: 'x' }, 'y', null, ROW] }), { items: [ITEM] })
  t.strictSame(from('procedures', { error_code: 0, result: [] }), { items: [] })
})

t.test('a page, an error, silence and a strange shape are no list', async t => {
  for (const body of ['<html></html>', '', 'Hệ thống đang bận', { error_code: -1, message: 'Không có quyền' }, { error_code: 0 }, { error_code: 0, result: 'x' }, { result: [ROW] }]) {
    t.match(from('procedures', body), { outcome: { verdict: /transient|uncertain|refused/ } }, JSON.stringify(body))
  }
  t.match(from('procedures', '', 502), { outcome: { rule: 'http.502' } })
})

t.test('the manifest and the reader know the same lists, and what rows refer to is a list', async t => {
  const lists = (await readManifest('national-portal')).poll?.lists ?? {}
  t.strictSame(Object.keys(lists), Object.keys(LISTS))
  t.strictSame(Object.values(lists).flatMap(({ refers = {} }) => Object.keys(refers)).filter(list => !Object.hasOwn(lists, list)), [])
  for (const [list, { each }] of Object.entries(lists)) t.equal(each === true, LISTS[list]?.parameter !== undefined, list)
})

t.test('rows of unknown members: MA… is the code and TEN… with the same end its name', async t => {
  t.strictSame(keysOf('procedureTypes', [{ MALOAI: '1', TENLOAI: 'Loại mẫu', GHICHU: '' }]), [['1', 'Loại mẫu']])
  t.strictSame(keysOf('sexes', [{ MA: 1, TEN: 'Nam' }, { MA: 2, TEN: 'Nữ' }]), [['1', 'Nam'], ['2', 'Nữ']])
  const wards = ['01', '02'].map(code => ({ MAHUYEN: '9', TENHUYEN: 'Huyện Mẫu', MAXA: code, TENXA: `Xã ${code}` }))
  t.strictSame(keysOf('wards', wards), [['01', 'Xã 01'], ['02', 'Xã 02']], 'the pair that tells the rows apart')
  t.strictSame(keysOf('typedProcedures', [{ MATTHC: 'A', MA: '1' }, { MATTHC: 'A', MA: '2' }]), [['1/A', ''], ['2/A', '']], 'a relation has both codes')
  t.strictSame(keysOf('legalBases', [{ ID: '5', TENVANBAN: 'Nghị định mẫu' }]), [['5', 'Nghị định mẫu']])
})

t.test('rows without anything that looks like a code are told by their members, never by their values', async t => {
  const pulled = keysOf('fees', [{ SOTIEN: '150000', DONVI: 'Đồng' }])
  t.match(pulled, { outcome: { verdict: 'refused', code: 'rows-not-understood', words: /DONVI, SOTIEN$/ } })
  t.notMatch(JSON.stringify(pulled), /150000/)
})

t.test('a decision is the one that was asked for, whatever its members', async t => {
  const text = JSON.stringify({ error_code: 0, result: [{ SOQD: '10/QĐ', TENQUYETDINH: 'Quyết định mẫu' }] })
  const asked = interpretCatalogue({ status: 200, headers: {}, text }, { list: 'decisions', key: '10' }, reading)
  t.match(asked, { items: [{ key: '10', name: 'Quyết định mẫu', content: { SOQD: '10/QĐ' } }] })
  t.strictSame(interpretCatalogue({ status: 200, headers: {}, text: '{"error_code":0,"result":[]}' }, { list: 'decisions', key: '11' }, reading), { items: [] })
})
