// Documents that break the schema: every error at once, each with its place, its cure, and without the value.
import t, { type Test } from 'tap'
import type { Dossier } from '../../../src/model/dossier-types.js'
import { aDossier, aStep } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { refusalsOf, rewrittenPush, type ProblemBody } from '../refusal.js'

const gateway = await startGateway(t, { role: 'api' })
const checkRefused = refusalsOf(gateway)
const INVALID = { status: 422, code: 'invalid-document' }

async function refusedPush (t: Test, changes: Record<string, unknown>): Promise<ProblemBody['errors']> {
  const document = aDossier(changes as Partial<Dossier>)
  const { errors } = await checkRefused(t, { method: 'POST', url: '/v1/dossiers', payload: document }, INVALID)
  return errors
}

/** What is wrong, and where: `changes` to a good dossier, then pointer and code of the one error. */
type Fault = readonly [changes: Record<string, unknown>, pointer: string, code: string | RegExp]

const { applicant, procedure } = aDossier()

const FAULTS: Record<string, Fault> = {
  'NUL in a text': [{ summary: 'a\u0000b' }, '/summary', 'field-format'],
  'an escape character in a text': [{ summary: 'a\u001b[31mb' }, '/summary', 'field-format'],
  'a line break in a name': [{ applicant: { ...applicant, name: 'A\nB' } }, '/applicant/name', 'field-format'],
  'NUL in the words of a step': [{ progress: [aStep(), aStep({ content: '\u0000' })] }, '/progress/1/content', 'field-format'],
  'half of a surrogate pair': [{ summary: 'a\ud800b' }, '/summary', /./],
  'half of a surrogate pair in a name': [{ applicant: { ...applicant, name: 'Y Thử\udc00' } }, '/applicant/name', /./],
  'an unknown field': [{ sumary: 'x' }, '/sumary', 'field-unknown'],
  'an unknown field in a list': [{ progress: [aStep(), { ...aStep(), proto: 1 }] }, '/progress/1/proto', 'field-unknown'],
  'an unknown field with / and ~ in its name': [{ 'a/b~c': 1 }, '/a~1b~0c', 'field-unknown'],
  'an unknown field whose name is NUL': [{ '\u0000': 1 }, '/\u0000', 'field-unknown'],
  'a code of 300 characters': [{ code: 'H15.'.repeat(75) }, '/code', 'field-format'],
  'a code with slashes': [{ code: '000.00.14/H15-261104-0001' }, '/code', 'field-format'],
  'a code that climbs out of a folder': [{ code: '../../etc/passwd' }, '/code', 'field-format'],
  'a code of dots': [{ code: '..' }, '/code', 'field-format'],
  'an empty code': [{ code: '' }, '/code', 'field-format'],
  'a code with a letter outside ASCII': [{ code: 'HỒSƠ-1' }, '/code', 'field-format'],
  'a code as a number': [{ code: 261104 }, '/code', 'field-type'],
  'an identity number as a number': [{ applicant: { ...applicant, identityNumber: 66099000001 } }, '/applicant/identityNumber', 'field-type'],
  'null for a text': [{ summary: null }, '/summary', 'field-type'],
  'an empty text': [{ summary: '' }, '/summary', 'field-too-short'],
  'a text that is too long': [{ summary: 'x'.repeat(4001) }, '/summary', 'field-too-long'],
  'a status that is none': [{ status: 'done' }, '/status', 'field-value'],
  'a time without a zone': [{ receivedAt: '2026-11-04T09:00:00' }, '/receivedAt', 'field-format'],
  'a day that does not exist': [{ receivedAt: '2026-02-30T09:00:00+07:00' }, '/receivedAt', 'field-format'],
  'a leap second': [{ receivedAt: '2026-12-31T23:59:60Z' }, '/receivedAt', /./],
  'a leap second in a step': [{ progress: [aStep({ occurredAt: '2026-12-31T23:59:60Z' })] }, '/progress/0/occurredAt', /./],
  'a zone that no clock has': [{ dueAt: '2026-12-31T10:00:00+20:00' }, '/dueAt', /./],
  'a zone that no clock has in a step': [{ progress: [aStep({ occurredAt: '2026-12-31T10:00:00-23:59' })] }, '/progress/0/occurredAt', /./],
  'the year 0': [{ dueAt: '0000-12-31T10:00:00+07:00' }, '/dueAt', /./],
  'a version below zero': [{ sourceVersion: -1 }, '/sourceVersion', /./],
  'a version with a fraction': [{ sourceVersion: 1.5 }, '/sourceVersion', 'field-type'],
  'a version as a text': [{ sourceVersion: '7' }, '/sourceVersion', 'field-type'],
  'more steps than are taken': [{ progress: Array.from({ length: 501 }, (_, n) => aStep({ id: `s${n}` })) }, '/progress', 'list-too-long'],
  'a step id that occurs twice': [{ progress: [aStep({ id: 's1' }), aStep({ id: 's2' }), aStep({ id: 's1', content: 'Khác' })] }, '/progress/2/id', 'step-id-repeated'],
  'a link that is none': [{ documents: [{ name: 'Đơn', url: 'ftp://x.vn/a' }] }, '/documents/0/url', 'field-format'],
  'a required field left out': [{ status: undefined }, '/status', 'field-missing'],
  'a required field left out inside': [{ procedure: { code: procedure.code } }, '/procedure/name', 'field-missing']
}

for (const [name, [changes, pointer, code]] of Object.entries(FAULTS)) {
  t.test(`${name} is refused: 422 at ${JSON.stringify(pointer)}`, async t => {
    const errors = await refusedPush(t, changes)
    t.strictSame(errors.map(error => error.pointer), [pointer])
    t.match(errors[0]?.code, code)
  })
}

const HUGE_NUMBERS = ['9007199254740992', '9007199254740993', '1e400', '-1e400', '1e308', '123456789012345678901234567890']

for (const number of HUGE_NUMBERS) {
  t.test(`${number} as a version is refused, not rounded`, async t => {
    const push = rewrittenPush(aDossier({ sourceVersion: 42 }), '"sourceVersion":42', `"sourceVersion":${number}`)
    const { errors } = await checkRefused(t, push, INVALID)
    t.match(errors.map(error => error.pointer), ['/sourceVersion'])
  })
}

t.test('a number out of range is told with its limit', async t => {
  const errors = await refusedPush(t, { otherAttachments: [{ name: 'Đơn', quantity: 10_001 }] })
  t.match(errors, [{ pointer: '/otherAttachments/0/quantity', message: /10000/, messageEn: /10000/ }])
})

t.test('all errors are told at once', async t => {
  const errors = await refusedPush(t, { code: 'a b', summary: '', status: 'done', receivedAt: 'hôm nay', extra: 1, agency: undefined, progress: [{}] })
  t.strictSame(errors.map(error => error.pointer).sort(), [
    '/agency', '/code', '/extra', '/progress/0/content', '/progress/0/occurredAt', '/progress/0/officer', '/progress/0/status',
    '/receivedAt', '/status', '/summary'
  ])
})

t.test('a document that breaks a thousand rules is answered with a hundred of them', async t => {
  const errors = await refusedPush(t, Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`field${n}`, n])))
  t.equal(errors.length, 100)
})

t.test('the name of an unknown field is told, cut where it is long', async t => {
  const [error] = await refusedPush(t, { ['x'.repeat(5000)]: 1 })
  t.match(error?.message, /"x{80}…"/)
  t.ok((error?.pointer ?? '').length < 100)
})

t.test('an error names its field in Vietnamese and never repeats the value', async t => {
  const secret = '066099123456'
  const response = await gateway.push(aDossier({
    status: secret as never,
    receivedAt: secret,
    applicant: { ...applicant, kind: secret as never, email: `${secret}@example.vn`.padEnd(200, 'n'), birthDate: secret }
  }))
  t.equal(response.statusCode, 422)
  t.equal(response.json().errors.length, 5)
  t.notMatch(response.body, secret)
  t.match(response.json().errors.map((error: { message: string }) => error.message).join('\n'), /^trạng thái hồ sơ: /m)
})

t.test('the same document is refused by the preview, in the same words', async t => {
  const payload = aDossier({ code: '..' })
  const pushed = await checkRefused(t, { method: 'POST', url: '/v1/dossiers', payload }, INVALID)
  const previewed = await checkRefused(t, { method: 'POST', url: '/v1/dossiers/preview', payload }, INVALID)
  t.strictSame(previewed.errors, pushed.errors)
})
