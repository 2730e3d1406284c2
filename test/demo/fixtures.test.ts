// The demo's data: valid, and varied enough to mean something.
import t from 'tap'
import { expectedFindings } from '../../demo/expected-findings.js'
import { REFUSALS, SCRIPT } from '../../demo/faults.js'
import { firstPushes, readFixtures } from '../../demo/fixtures.js'
import { historiesOf } from '../../demo/history.js'
import { allTables, firstTables } from '../../demo/tables.js'
import { dossierNotation } from '../../src/model/codes.js'
import { readDossier } from '../../src/dossier/documents.js'
import { createValidator } from '../../src/dossier/validate.js'
import { Problem, type ProblemItem } from '../../src/base/problem.js'

const fixtures = readFixtures()
const { dossiers, updates, rejected } = fixtures
const validator = createValidator()
/** After everything that happens in the demo. */
const NOW = new Date('2026-11-25T00:00:00+07:00')
const codes = new Set(dossiers.map(dossier => dossier.code))
const steps = [...dossiers.flatMap(({ progress = [] }) => progress), ...updates.flatMap(push => push.to === 'progress' ? push.body.steps : push.body.progress ?? [])]

t.test('every dossier and every update is valid; what is to be remarked on the dossiers stands in the golden files', async t => {
  for (const dossier of dossiers) t.strictSame(validator.dossier(dossier).errors, undefined, dossier.code)
  for (const push of updates) t.strictSame((push.to === 'dossier' ? validator.dossier(push.body) : validator.progress(push.body)).errors, undefined, push.code)
})

t.test('there are at least 200, each code once and no two alike, and updates only of them', async t => {
  t.ok(dossiers.length >= 200)
  t.equal(codes.size, dossiers.length)
  for (const member of ['summary', 'progress'] as const) t.equal(new Set(dossiers.map(dossier => JSON.stringify(dossier[member]))).size, dossiers.length, member)
  t.strictSame(updates.filter(({ code }) => !codes.has(code)), [])
  t.ok(new Set(updates.map(({ code }) => code)).size >= 15)
})

t.test('both notations, both former provinces, all statuses, channels, kinds and identities', async t => {
  t.strictSame([...new Set(dossiers.map(({ code }) => dossierNotation(code)))].sort(), ['full', 'short'])
  t.ok(dossiers.some(({ code }) => code.includes('H45')) && dossiers.some(({ code }) => code.includes('H15')))
  t.equal(new Set(dossiers.flatMap(({ status = [] }) => status)).size, 10)
  t.equal(new Set(dossiers.flatMap(({ channel = [] }) => channel)).size, 3)
  t.equal(new Set(dossiers.map(({ applicant }) => applicant.kind)).size, 4)
  const identities = dossiers.flatMap(({ applicant }) => applicant.identities ?? [])
  t.strictSame([...new Set(identities.map(({ type }) => type))].sort(), ['citizen-id', 'old-citizen-id', 'passport', 'tax-code'])
  t.ok(identities.some(({ number }) => /^0\d{8}$/.test(number)) && identities.some(({ number }) => /^0\d{11}$/.test(number)), 'leading zeros')
  t.ok(identities.some(({ number }) => /^\d{10}$/.test(number)) && identities.some(({ number }) => /^\d{10}-\d{3}$/.test(number)) && identities.some(({ number }) => /^\d{13}$/.test(number)), 'tax codes')
  t.ok(new Set(dossiers.map(({ field }) => field.name)).size >= 10)
  t.ok(new Set(dossiers.map(({ procedure }) => procedure.code)).size >= 25)
})

t.test('the hard cases are there', async t => {
  const names = dossiers.map(({ applicant }) => applicant.name)
  for (const people of [/^Y /, /^H['’]/, /Rơ Châm|Siu|Ksor/, /Bdap|Cil|Ông/, /^[^ ]+$/, /^[A-ZÀ-Ỹ ]+$/, /.{50}/]) t.ok(names.some(name => people.test(name)), String(people))
  t.equal(dossiers.filter(dossier => { const text = JSON.stringify(dossier); return text !== text.normalize('NFC') }).length, 8, 'decomposed text')
  t.equal(dossiers.filter(({ summary }) => [...summary].length > 1000).length, 3, 'summaries to shorten')
  t.ok(steps.some(({ officer }) => [...officer.name].length > 50), 'an officer to shorten')
  const counts = dossiers.map(({ progress = [] }) => progress.length)
  t.ok(Math.min(...counts) === 1 && Math.max(...counts) === 12, 'from one step to two calls')
  t.ok(dossiers.some(({ resultDelivery, returnInformation }) => resultDelivery === 'postal' && returnInformation !== undefined), 'results by post')
  t.strictSame([...new Set(dossiers.map(({ supplements = [] }) => supplements.length))].sort(), [0, 1, 2, 3], 'rounds of supplements')
  t.ok(dossiers.some(({ fees = [] }) => fees.length > 1) && dossiers.some(({ fees = [] }) => fees.some(({ amount }) => amount === '0')), 'fees')
  t.ok(dossiers.filter(({ dueAt, finishedAt }) => dueAt !== undefined && finishedAt !== undefined && Date.parse(finishedAt) > Date.parse(dueAt)).length >= 10, 'late ones')
  t.ok(dossiers.some(({ otherAttachments = [] }) => otherAttachments.length > 0))
})

t.test('everything happened before the demo was written, and is invented', async t => {
  const times = [...steps.map(({ occurredAt }) => occurredAt), ...dossiers.flatMap(({ receivedAt, finishedAt = receivedAt, returnedAt = receivedAt }) => [receivedAt, finishedAt, returnedAt])]
  t.strictSame(times.filter(time => time < '2025-06-01' || time >= '2026-11-25'), [])
  const text = JSON.stringify([dossiers, updates, rejected])
  t.strictSame((text.match(/https?:\/\/[^/"]+/g) ?? []).filter(host => !host.endsWith('.example.vn')), [])
  t.strictSame((text.match(/[\w.-]+@[\w.-]+/g) ?? []).filter(address => !address.endsWith('example.vn')), [])
  t.strictSame(dossiers.filter(({ applicant: { phone } }) => phone !== undefined && !phone.startsWith('0900000')), [])
})

t.test('steps of a dossier are in order, but for one list that is not, and no two share time and words', async t => {
  const histories = historiesOf([...firstPushes(fixtures), ...updates.filter(({ expect }) => expect === 'accepted')]
    .map((push, index) => ({ push, outcome: 'accepted', revision: index + 1, findings: [], receipt: '' })))
  const jumbled: string[] = []
  for (const { code, revisions } of histories) {
    const all = revisions.at(-1)?.steps ?? []
    const times = all.map(({ occurredAt }) => occurredAt)
    if (times.join() !== [...times].sort().join()) jumbled.push(code)
    t.equal(new Set(all.map(({ occurredAt, content }) => `${occurredAt} ${content}`)).size, all.length, code)
  }
  t.strictSame(jumbled, dossiers.filter(dossier => expectedFindings(dossier, firstTables()).some(remark => remark.includes('steps-out-of-order'))).map(({ code }) => code))
  t.equal(jumbled.length, 1)
})

t.test('the updates hold every kind of repetition', async t => {
  const expected = updates.map(({ expect }) => expect)
  for (const kind of ['unchanged', 'replayed', 'stale-revision'] as const) t.ok(expected.includes(kind), kind)
  t.ok(updates.some(({ to }) => to === 'progress'))
})

t.test('rejected documents name exactly the errors that the gateway finds', async t => {
  t.ok(rejected.length >= 20)
  for (const { title, expected, body } of rejected) {
    t.strictSame(errorsOf(body).map(({ pointer, code }) => ({ pointer, code })).sort(byPointer), [...expected].sort(byPointer), title)
  }
})

t.test('units before and after the merger of 2025-07-01, the province\'s own codes and statuses, and codes that no table knows', async t => {
  const merged = allTables()['agency']?.filter(({ validTo, successor }) => validTo === '2025-07-01' && successor !== '').map(({ local }) => local) ?? []
  const received = dossiers.filter(({ agency }) => merged.includes(agency.code)).map(({ receivedAt }) => receivedAt)
  t.ok(merged.length >= 10 && received.some(time => time < '2025-07-01') && received.some(time => time >= '2025-07-01'))
  t.ok(dossiers.filter(({ procedure }) => !/^\d\.\d{6}/.test(procedure.code)).length >= 10)
  t.ok(dossiers.filter(({ localStatus }) => localStatus !== undefined).length >= 10)
  const blocked = dossiers.filter(dossier => expectedFindings(dossier, firstTables()).some(remark => remark.startsWith('error ')))
  t.ok(blocked.length >= 5)
  t.strictSame(dossiers.filter(dossier => expectedFindings(dossier, allTables()).some(remark => remark.startsWith('error '))), [], 'the later rows cure them all')
  t.strictSame(updates.filter(({ code }) => blocked.some(dossier => dossier.code === code)), [])
})

t.test('faults strike dossiers that exist, and those refused have no later revision', async t => {
  for (const { rule } of SCRIPT) if (rule.match?.dossierCode !== undefined) t.ok(codes.has(rule.match.dossierCode), rule.match.dossierCode)
  t.strictSame(updates.filter(({ code }) => REFUSALS.some(refusal => refusal.code === code)), [])
})

function errorsOf (body: unknown): readonly ProblemItem[] {
  try {
    readDossier({ validator, now: NOW }, body)
    return []
  } catch (error) {
    return error instanceof Problem ? error.options.errors ?? [] : []
  }
}

function byPointer (a: { pointer: string }, b: { pointer: string }): number {
  return a.pointer < b.pointer ? -1 : 1
}
