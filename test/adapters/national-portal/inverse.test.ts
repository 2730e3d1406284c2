// National → canonical → national loses nothing: over everything that the wire schemas let through.
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import fc from 'fast-check'
import { map } from '../../../adapters/national-portal/mapping.js'
import { dossierOf, stepOf } from '../../../adapters/national-portal/mapping/inverse.js'
import type { Finding } from '../../../src/model/findings.js'
import { date14, dateOrEmpty, dossier, NARROWER, normal, step, type Message } from './items.js'
import { canonicalSchema, codes, fileLink, fixture, fixtureNames, lookups, mapped, schema, settings } from './support.js'

const RUNS = { numRuns: 10_000, seed: 766 }
const AGENCY = '000.00.14.H15'
interface Trip { back: unknown, findings: Finding[], valid: boolean }

const validate = canonicalSchema()
/** The dossier of a generated step. */
const HOLDER = fixture('create-minimal').dossier

function dossierTrip (item: Message): Trip {
  const { dossier, findings } = dossierOf({ item, codes, agencyCode: AGENCY })
  if (findings.length > 0) return { back: undefined, findings, valid: false }
  return { back: (map({ dossier, steps: [], codes: lookups(), settings, fileLink }).calls[0]?.message as unknown[])[0], findings, valid: validate(dossier) }
}

function stepTrip (item: Message): Trip {
  const { dossierCode, step, findings } = stepOf({ item, codes })
  if (findings.length > 0) return { back: undefined, findings, valid: false }
  const { calls } = map({ dossier: { ...HOLDER, code: dossierCode }, steps: [{ ...step, id: '1' }], codes: lookups(), settings, fileLink })
  return { back: (calls[1]?.message as unknown[])[0], findings, valid: validate({ ...HOLDER, progress: [step] }) }
}

function same (sent: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(sent, expected)) throw new Error(`${JSON.stringify(expected)}\nbecame\n${JSON.stringify(sent)}`)
}

t.test('the generated items keep to the wire schemas', async t => {
  const check = { dossier: schema('dossier'), progress: schema('progress') }
  fc.assert(fc.property(dossier({}), dossier(NARROWER), step({}), (any, narrow, one) => check.dossier([any]) && check.dossier([narrow]) && check.progress([one])), { ...RUNS, numRuns: 300 })
  t.pass()
})

t.test('a national dossier is canonical, and comes back member by member', async t => {
  fc.assert(fc.property(dossier(NARROWER), item => {
    const { back, findings, valid } = dossierTrip(item)
    if (!valid) throw new Error(JSON.stringify([findings, validate.errors]))
    same(back, normal(item))
  }), RUNS)
  t.pass()
})

t.test('a national step is canonical, and comes back member by member', async t => {
  fc.assert(fc.property(step({ '#/$defs/date14': date14, '#/$defs/dateOrEmpty': dateOrEmpty }), item => {
    const { back, findings, valid } = stepTrip(item)
    if (!valid) throw new Error(JSON.stringify([findings, validate.errors]))
    same(back, item)
  }), RUNS)
  t.pass()
})

t.test('of whatever the wire schemas let through, nothing is lost without an error that names it', async t => {
  fc.assert(fc.property(dossier({}), item => {
    const { back, findings } = dossierTrip(item)
    if (findings.length === 0) same(back, normal(item))
  }), { ...RUNS, numRuns: 1000 })
  fc.assert(fc.property(step({}), item => {
    const { back, findings } = stepTrip(item)
    if (findings.length === 0) same(back, item)
  }), { ...RUNS, numRuns: 1000 })
  t.pass()
})

t.test('a code or a date that is none of ours is named with its place', async t => {
  const [call] = mapped({ dossier: fixture('create-full').dossier }).calls
  const [good] = call?.message as [Message]
  const { findings } = dossierOf({
    item: { ...good, NgayTra: '20260231000000', DinhDanhCHS: [{ LoaiDinhDanh: '9', SoDinhDanh: '1' }], DanhSachLePhi: [{ TenPhiLePhi: 'Phí', Gia: '1', HinhThucThu: '7' }] },
    codes,
    agencyCode: AGENCY
  })
  t.strictSame(findings.map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`).sort(), [
    'error national-code-unknown /DanhSachLePhi/0/HinhThucThu',
    'error national-code-unknown /DinhDanhCHS/0/LoaiDinhDanh',
    'error national-date-invalid /NgayTra'
  ])
  for (const { message, messageEn } of findings) t.ok(message !== '' && messageEn !== '')
})

t.test('null and absence say as little as ""', async t => {
  const [call] = mapped({ dossier: fixture('create-minimal').dossier }).calls
  const [good] = call?.message as [Message]
  const { dossier: plain } = dossierOf({ item: good, codes, agencyCode: AGENCY })
  const { dossier: nulls, findings } = dossierOf({ item: { ...good, NgayTuChoi: null, MaDoiTuong: null, TaiLieuNop: null, GhiChu: undefined }, codes, agencyCode: AGENCY })
  t.strictSame(nulls, plain)
  t.strictSame(findings, [])
})

for (const name of fixtureNames().filter(name => fixture(name).dossier.origin === undefined)) {
  t.test(`${name}: read back and sent again, the message is the same`, async t => {
    const { dossier } = fixture(name)
    const message = (given: typeof dossier): [Message] => mapped({ dossier: given, steps: [] }).calls[0]?.message as [Message]
    const { dossier: back, findings } = dossierOf({ item: message(dossier)[0], codes, agencyCode: dossier.agency.code })
    t.strictSame(findings, [])
    t.strictSame(message(back), message(dossier))
  })
}
