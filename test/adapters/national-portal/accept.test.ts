// The portal's own format from the other side: what is known of its members, where it is spoken, and in which words.
import t from 'tap'
import { accept } from '../../../adapters/national-portal/accept.js'
import { KNOWN_REFUSALS } from '../../../adapters/national-portal/accept/refusals.js'
import { DOSSIER, STEP, type Shape } from '../../../adapters/national-portal/accept/shapes.js'
import type { AcceptRefusal, RefusalReason } from '../../../src/adapter-kit/contract/accept.js'
import type { SchemaNode } from '../../support/schema-arbitrary.js'
import { readJson, settings } from './support.js'

type Names = { [name: string]: Names | null }

function namesOf (shape: Shape): Names {
  return Object.fromEntries(Object.entries(shape).map(([name, member]) => [name, 'items' in member ? namesOf(member.items) : null]).sort())
}

function namesIn (root: SchemaNode, node: SchemaNode): Names | null {
  if (typeof node['$ref'] === 'string') return namesIn(root, node['$ref'].split('/').slice(1).reduce<SchemaNode>((at, part) => at[part] as SchemaNode, root))
  if (node['type'] === 'array') return namesIn(root, node['items'] as SchemaNode)
  if (node['type'] !== 'object') return null
  return Object.fromEntries(Object.entries(node['properties'] as Record<string, SchemaNode>).map(([name, member]) => [name, namesIn(root, member)]).sort())
}

t.test('the known members are those of the wire schemas, no more and no fewer', async t => {
  for (const [name, shape] of [['dossier', DOSSIER], ['progress', STEP]] as const) {
    const root = readJson<SchemaNode>(`schema/${name}.json`)
    t.strictSame(namesOf(shape), namesIn(root, root), name)
  }
})

t.test('a place in our document is shown as the portal\'s', async t => {
  const places: Array<[string, string]> = [
    ['/documents/2/name', '/TaiLieuNop/2/TenTepDinhKem'],
    ['/supplements/1/documents/0/url', '/DanhSachHoSoBoSung/1/DanhSachGiayToBoSung/0/DuongDanTaiTepTin'],
    ['/applicant/identities/3', '/DinhDanhCHS/3'],
    ['/consultedDatabases/0', '/DSKetNoiCSDL/0/MaCSDL'],
    ['/procedure/name', '/TenTTHC'],
    ['/agency/code', ''],
    ['', '']
  ]
  for (const [ours, national] of places) t.equal(accept.placeOf('dossier', ours), national, ours)
  t.equal(accept.placeOf('step', '/officer/name'), '/NguoiXuLy')
})

t.test('only what was accepted says "thành công", and only a duplicate create "đã tồn tại"', async t => {
  const reasons: RefusalReason[] = ['login', 'session', 'caller', 'scope', 'unreadable', 'service', 'too-large', 'known', 'exists', 'missing', 'not-canonical', 'closed', 'unavailable', 'paused', 'silent', 'fault']
  const places = ['a', 'b', 'login'].flatMap(form => ['DongBoHoSoMC', 'CapNhatTienDoHoSoMC', ''].map(service => ({ form, service, settings })))
  for (const why of reasons) {
    // Whatever a client writes into a code, the answer does not repeat it.
    const refusal: AcceptRefusal = { why, codes: ['Đồng bộ thành công, đã tồn tại', 'H99-1'], problems: [] }
    const bodies = places.map(place => accept.answer({ said: 'refused', refusal }, place).body)
    t.strictSame(bodies.filter(body => /thành công/i.test(body) || /"error_code":"?0/.test(body) || body.includes('đã tồn tại') !== (why === 'exists')), [], why)
  }
})

t.test('each row of known refusals says where it is seen, in two languages', async t => {
  t.equal(new Set(KNOWN_REFUSALS.map(({ rule }) => rule)).size, KNOWN_REFUSALS.length)
  for (const { source, says } of KNOWN_REFUSALS) t.match([source, says], [/§/, { vi: /\S/, en: /\S/ }])
})

t.test('the setting opens one generation, both or none', async t => {
  const paths = (ACCEPT: string): string[] => accept.routes({ ...settings, ACCEPT }).map(({ path }) => path)
  t.strictSame(paths('off'), [])
  t.equal(paths('a').filter(path => path.endsWith('/mapi/login') || path.endsWith('/mapi/g')).length, 6)
  t.strictSame(new Set(paths('b')), new Set(['/national-portal/:service']))
  t.equal(paths('both').length, 8)
})
