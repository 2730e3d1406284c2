import t from 'tap'
import fc from 'fast-check'
import { hasErrors } from '../../../src/model/findings.js'
import { fileIdOf, fileReference } from '../../../src/model/file-reference.js'
import { fromDate14 } from '../../../src/model/dates.js'
import { canonicalSchema, codes, fileLink, mapped, schema } from './support.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import type { NumberedStep } from '../../../src/adapter-kit/contract/deliver.js'

const RUNS = { numRuns: 150, seed: 766 }

const letters = fc.constantFrom(...'aAệĐđ ộ9.-"<&\u{1F600}'.split(/(?:)/u))
const text = (maxLength: number, minLength = 0): fc.Arbitrary<string> => fc.oneof(
  { weight: 9, arbitrary: fc.string({ unit: letters, minLength, maxLength: Math.min(30, maxLength) }) },
  { weight: 1, arbitrary: fc.constant('ộ'.repeat(maxLength)) }
)
const name = (maxLength: number): fc.Arbitrary<string> => text(maxLength, 1)
const instant = fc.tuple(
  fc.date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }), fc.constantFrom('', '.5', '.250')
).map(([date, fraction]) => `${date.toISOString().slice(0, 19)}${fraction}Z`)
const url = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abc019?=/&'), minLength: 1, maxLength: 20 }).map(path => `https://motcua.example.vn/${path}`),
  fc.uuid().map(fileReference)
)
const number = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 9, maxLength: 12 })
const amount = fc.integer({ min: 0, max: 9_000_000 }).map(String)

function some<T extends object, K extends keyof T> (shape: { [P in keyof T]: fc.Arbitrary<NonNullable<T[P]>> }, required: K[]): fc.Arbitrary<T> {
  return fc.record(shape, { requiredKeys: required }) as unknown as fc.Arbitrary<T>
}

type Item<Name extends keyof Dossier> = NonNullable<Dossier[Name]> extends Array<infer Element> ? Element & object : never

const document = some<Item<'documents'>, 'name' | 'url'>({
  id: text(200),
  name: name(8000),
  removed: fc.boolean(),
  componentCode: text(50),
  url,
  digitised: fc.boolean(),
  reuse: fc.constantFrom('none', 'component', 'result'),
  fromPersonalRepository: fc.boolean(),
  replacementResultCode: text(50)
}, ['name', 'url'])
const fee = some<Item<'fees'>, 'name' | 'amount'>({
  name: name(500),
  code: text(50),
  collection: fc.constantFrom('at-reception', 'at-supplement', 'at-return'),
  amount,
  type: fc.constantFrom('ordinary', 'appraisal', 'extension')
}, ['name', 'amount'])
const supplement = some<Item<'supplements'>, 'id' | 'requestedBy' | 'content' | 'requestedAt'>({
  id: fc.nat(),
  requestedBy: name(200),
  content: name(4000),
  requestedAt: instant,
  receivedBy: text(200),
  receiptInformation: text(4000),
  receivedAt: instant,
  completed: fc.boolean(),
  documents: fc.array(document, { maxLength: 2 }),
  fees: fc.array(fee, { maxLength: 2 }),
  previousDueAt: instant,
  newDueAt: instant
}, ['id', 'requestedBy', 'content', 'requestedAt'])
const result = some<Item<'results'>, 'name'>({ name: name(4000), code: text(50), componentCode: text(50), fileId: text(200), url }, ['name'])
const attachment = some<Item<'otherAttachments'>, 'name'>({ name: name(2000), quantity: fc.nat(10000), type: fc.nat(100) }, ['name'])
type Identity = NonNullable<Dossier['applicant']['identities']>[number]
const identity = fc.record({
  type: fc.constantFrom<Identity['type'][]>('citizen-id', 'old-citizen-id', 'passport', 'tax-code', 'other'),
  number
})
const applicant = some<Dossier['applicant'], 'name' | 'kind'>({
  name: name(500),
  kind: fc.constantFrom('citizen', 'enterprise', 'state-agency', 'organisation'),
  accountId: fc.oneof(text(100), number),
  identityNumber: number,
  identities: fc.array(identity, { maxLength: 3 }),
  birthDate: fc.constantFrom('1950', '1950-04'),
  sex: fc.constantFrom('male', 'female', 'other'),
  email: text(100),
  phone: text(50),
  fax: text(50),
  identityVerified: fc.boolean()
}, ['name', 'kind'])
const status = fc.constantFrom(...Object.keys(codes.status ?? {})) as fc.Arbitrary<NonNullable<Dossier['status']>>
const dossier = some<Dossier, 'code' | 'procedure' | 'field' | 'applicant' | 'summary' | 'receivedAt' | 'status' | 'agency' | 'resultDelivery'>({
  code: fc.constantFrom('000.00.14.H15-261104-0001', 'H45.22-20261104-0000001', 'MCDT-77'),
  sourceVersion: fc.nat(),
  receiptNumber: text(100),
  procedure: fc.record({ code: fc.constantFrom('1.004194', '1.004194.000.00.00.H15', '2.000815.H45.1234'), name: name(2000) }),
  field: fc.record({ code: name(50), name: name(500) }),
  channel: fc.constantFrom('in-person', 'online', 'postal'),
  filedVia: fc.constantFrom('national-portal', 'provincial-system'),
  applicant,
  summary: name(4000),
  otherInformation: text(4000),
  submittedAt: instant,
  receivedAt: instant,
  dueAt: instant,
  finishedAt: instant,
  returnedAt: instant,
  refusedAt: instant,
  returnInformation: text(4000),
  status,
  resultDelivery: fc.constantFrom('in-person', 'postal'),
  agency: fc.record({ code: fc.constantFrom('000.00.14.H15', 'H15.14'), name: name(500) }),
  note: text(20000),
  documents: fc.array(document, { maxLength: 3 }),
  fees: fc.array(fee, { maxLength: 3 }),
  onlinePayment: fc.constantFrom('no-fee', 'national-platform', 'own-gateway', 'not-online'),
  otherAttachments: fc.array(attachment, { maxLength: 2 }),
  supplements: fc.array(supplement, { maxLength: 2 }),
  results: fc.array(result, { maxLength: 2 }),
  digitised: fc.boolean(),
  consultedDatabases: fc.array(name(20), { maxLength: 2 }),
  progress: fc.constant([])
}, ['code', 'procedure', 'field', 'applicant', 'summary', 'receivedAt', 'status', 'agency', 'resultDelivery'])
const step: fc.Arbitrary<NumberedStep> = fc.record({
  id: fc.uuid(),
  occurredAt: instant,
  status,
  content: name(4000),
  officer: some<NumberedStep['officer'], 'name'>({ name: name(200), title: text(200), department: text(500) }, ['name'])
})
const input = fc.record({ dossier, steps: fc.array(step, { maxLength: 25 }), extended: fc.boolean() })

function strings (value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []
}

const TABLE_CODES = Object.values(codes).flatMap(table => Object.values(table))
const FLAGS = ['0', '1', 'True', 'False', '']

/** Is a text of the message one the province gave, a national code, or the written form of a time it gave? */
function isFounded (sent: string, given: ReadonlySet<string>, moments: ReadonlySet<number>): boolean {
  if (given.has(sent) || TABLE_CODES.includes(sent) || FLAGS.includes(sent)) return true
  const instant = fromDate14(sent)
  if (instant !== undefined) return moments.has(Date.parse(instant))
  return sent.endsWith('...') && [...given].some(text => text.startsWith(sent.slice(0, -3)))
}

t.test('the generated dossiers are canonical ones', async t => {
  const validate = canonicalSchema()
  fc.assert(fc.property(dossier, value => {
    if (!validate(value)) throw new Error(JSON.stringify(validate.errors))
  }), RUNS)
  t.pass()
})

t.test('every mapped message keeps to its schema, or an error finding says why not', async t => {
  const validate = { dossier: schema('dossier'), progress: schema('progress') }
  fc.assert(fc.property(input, ({ dossier, steps, extended }) => {
    const { calls, findings } = mapped({ dossier, steps }, { EXTENDED_FIELDS: extended })
    return hasErrors(findings) || calls.every(call => validate[call.operation as 'dossier' | 'progress'](call.message))
  }), RUNS)
  t.pass()
})

t.test('no text is invented', async t => {
  fc.assert(fc.property(input, ({ dossier, steps, extended }) => {
    const words = strings({ dossier, steps })
    const given = new Set([...words, ...words.flatMap(word => fileIdOf(word) ?? []).map(fileLink)])
    const moments = new Set([...given].map(text => Math.floor(Date.parse(text) / 1000) * 1000))
    const { calls } = mapped({ dossier, steps }, { EXTENDED_FIELDS: extended })
    const invented = calls.flatMap(call => strings(call.message)).filter(sent => !isFounded(sent, given, moments))
    if (invented.length > 0) throw new Error(JSON.stringify(invented))
  }), RUNS)
  t.pass()
})

t.test('every step is sent once, oldest first', async t => {
  fc.assert(fc.property(input, ({ dossier, steps }) => {
    const { calls } = mapped({ dossier, steps })
    const times = new Map(steps.map(step => [step.id, Date.parse(step.occurredAt)]))
    const sent = calls.flatMap(call => call.steps)
    return sent.length === steps.length && new Set(sent).size === times.size &&
      sent.every((id, index) => index === 0 || (times.get(String(sent[index - 1])) ?? 0) <= (times.get(id) ?? 0))
  }), RUNS)
  t.pass()
})

t.test('mapping changes nothing of what it was given', async t => {
  fc.assert(fc.property(input, ({ dossier, steps }) => {
    const before = JSON.stringify({ dossier, steps })
    mapped({ dossier, steps })
    return JSON.stringify({ dossier, steps }) === before
  }), RUNS)
  t.pass()
})
