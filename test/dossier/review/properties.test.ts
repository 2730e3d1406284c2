// Whatever a valid dossier holds: the review never throws, never depends on the clock but for the future, never repeats
// what could name a person.
import fc from 'fast-check'
import t from 'tap'
import type { Dossier, ProgressStep } from '../../../src/model/dossier-types.js'
import type { Finding } from '../../../src/model/findings.js'
import { reviewDossier, reviewProgress } from '../../../src/dossier/review.js'
import { createValidator } from '../../../src/dossier/validate.js'
import { aDossier } from '../../support/dossiers.js'

const RUNS = { numRuns: 400, seed: 766 }
const NOW = new Date('2026-11-25T00:00:00+07:00')
const validator = createValidator()

const instant = fc.date({ min: new Date('1000-01-02T00:00:00Z'), max: new Date('2999-12-30T00:00:00Z'), noInvalidDate: true })
  .map(date => date.toISOString())
const near = fc.date({ min: new Date('2026-11-01'), max: new Date('2026-12-31'), noInvalidDate: true }).map(date => date.toISOString())
const time = fc.oneof(near, instant)
/** Long enough to be in no text of ours by chance. */
const word = fc.string({ unit: fc.constantFrom(...'bcdfghkmpqvxzĐÐðƉɖ'.split('')), minLength: 9, maxLength: 20 })
const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 8, maxLength: 13 })
const number = fc.oneof(digits, digits.map(text => `C${text}`), digits.map(text => `${text.slice(0, 10)}-001`))
const birthDate = fc.constantFrom('1000', '1950-04', '1950-02-31', '2999-12-31', '1999-01-01', '0000')
const status = fc.constantFrom<ProgressStep['status'][]>('registered', 'received', 'not-accepted', 'processing', 'supplement-requested', 'payment-requested', 'withdrawn', 'stopped', 'finished', 'returned')

const step: fc.Arbitrary<ProgressStep> = fc.record(
  { id: fc.constantFrom('b1', 'b2'), occurredAt: time, startedAt: time, dueAt: time, status, content: word, officer: fc.record({ name: word }) },
  { requiredKeys: ['occurredAt', 'status', 'content', 'officer'] }
) as fc.Arbitrary<ProgressStep>
const applicant = fc.record({
  name: word,
  kind: fc.constantFrom('citizen', 'enterprise'),
  accountId: fc.oneof(word, digits),
  identityNumber: number,
  identities: fc.array(fc.record({ type: fc.constantFrom('citizen-id', 'old-citizen-id', 'passport', 'tax-code', 'other'), number }), { maxLength: 4 }),
  birthDate,
  sex: fc.constantFrom('male', 'female', 'other'),
  phone: fc.oneof(word, digits, digits.map(text => `+${text}`), digits.map(text => `0${text}`)),
  email: fc.oneof(word, word.map(text => `${text}@example.vn`))
}, { requiredKeys: ['name', 'kind'] })
const dossier = fc.record({
  code: fc.constantFrom('000.00.14.H15-261104-0001', 'H45.22-20261104-0000001', 'MCDT-77'),
  agency: fc.record({ code: fc.constantFrom('000.00.14.H15', 'H15.14', 'H45'), name: word }),
  field: fc.record({ code: fc.constantFrom('G13-DD01', 'X'), name: word }),
  applicant,
  summary: word,
  note: word,
  submittedAt: time,
  receivedAt: time,
  dueAt: time,
  finishedAt: time,
  returnedAt: time,
  refusedAt: time,
  supplements: fc.array(fc.record({ id: fc.nat(), requestedBy: word, content: word, requestedAt: time, receivedAt: time, newDueAt: time }), { maxLength: 2 }),
  progress: fc.array(step, { maxLength: 6 })
}, { requiredKeys: ['receivedAt', 'applicant'] }).map(changes => ({ ...aDossier(), ...changes }) as Dossier)

function texts (findings: readonly Finding[]): string {
  return JSON.stringify(findings.map(({ message, messageEn, cure, cureEn }) => [message, messageEn, cure, cureEn]))
}

/** All that could name a person: names, numbers, contacts, dates of birth in full, and every free text. */
function personal ({ applicant, summary, note = summary, progress = [], supplements = [] }: Dossier): string[] {
  const { name, accountId, identityNumber, identities = [], phone, email, birthDate = '' } = applicant
  const people = [...progress.flatMap(step => [step.officer.name, step.content]), ...supplements.flatMap(item => [item.requestedBy, item.content])]
  return [name, accountId, identityNumber, phone, email, summary, note, birthDate.slice(0, 10), ...identities.map(item => item.number), ...people]
    .filter(text => text !== undefined && text.length >= 8) as string[]
}

t.test('the generated dossiers are valid', async t => {
  fc.assert(fc.property(dossier, value => { validates(validator.dossier(value).errors) }), RUNS)
  fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), steps => { validates(validator.progress({ steps }).errors) }), RUNS)
  t.pass()
})

function validates (errors: unknown): void {
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
}

t.test('no valid dossier makes the review throw, and every finding is whole and has a place in the document', async t => {
  fc.assert(fc.property(dossier, value => reviewDossier(value, NOW).every(finding => isWhole(finding, value))), RUNS)
  fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), steps => reviewProgress({ steps }, NOW).every(finding => isWhole(finding, { steps }))), RUNS)
  t.pass()
})

/** No placeholder is left, and the pointer leads to something that was pushed. */
function isWhole (finding: Finding, document: unknown): boolean {
  const found = finding.pointer.slice(1).split('/').reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document)
  return found !== undefined && !/[{}]/.test(texts([finding])) && !texts([finding]).includes('""')
}

t.test('no text of a finding repeats what could name a person', async t => {
  fc.assert(fc.property(dossier, value => {
    const said = texts(reviewDossier(value, NOW))
    return personal(value).every(secret => !said.includes(secret))
  }), RUNS)
  t.pass()
})

t.test('no clock refuses a dossier: what it decides is a warning', async t => {
  fc.assert(fc.property(dossier, instant, (value, now) => {
    const settled = (at: Date): Finding[] => reviewDossier(value, at).filter(({ code }) => code !== 'time-in-future')
    const future = reviewDossier(value, new Date(now)).filter(({ code }) => code === 'time-in-future')
    return JSON.stringify(settled(NOW)) === JSON.stringify(settled(new Date(now))) && future.every(({ severity }) => severity === 'warning')
  }), RUNS)
  t.pass()
})

t.test('a dossier and its review leave the dossier as it was', async t => {
  fc.assert(fc.property(dossier, value => {
    const before = JSON.stringify(value)
    reviewDossier(value, NOW)
    return JSON.stringify(value) === before
  }), RUNS)
  t.pass()
})

t.test('of one kind the first twenty are told', async t => {
  const progress = Array.from({ length: 60 }, () => ({ occurredAt: '2027-01-01T00:00:00Z', status: 'processing', content: 'Thẩm định', officer: { name: 'Trần Văn Thử' } }) as ProgressStep)
  t.equal(reviewDossier(aDossier({ progress, summary: 'Ðơn' }), NOW).filter(({ code }) => code === 'time-in-future').length, 20)
  t.ok(reviewDossier(aDossier({ progress, summary: 'Ðơn' }), NOW).some(({ code }) => code === 'letter-look-alike'))
})
