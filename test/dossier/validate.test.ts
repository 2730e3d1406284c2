// The validator takes whatever JSON can hold, never throws, and lets nothing through that the schema does not name.
import fc from 'fast-check'
import t from 'tap'
import type { Dossier } from '../../src/model/dossier-types.js'
import { createValidator } from '../../src/dossier/validate.js'
import { normaliseText } from '../../src/dossier/content.js'
import { aDossier, aStep } from '../support/dossiers.js'
import { effort } from '../support/clock.js'

const validator = createValidator()

/** A dossier that uses the whole schema, lists and all. */
const FULL: Dossier = {
  ...aDossier(),
  sourceVersion: 1,
  receiptNumber: 'BN-1',
  note: 'Ghi chú',
  documents: [{ name: 'Đơn', url: 'https://a.vn/1', digitised: true }],
  fees: [{ name: 'Lệ phí', amount: '150000' }],
  supplements: [{ id: 1, requestedBy: 'Trần Văn Thử', content: 'Bổ sung', requestedAt: '2026-11-05T09:00:00+07:00', documents: [{ name: 'Đơn', url: 'https://a.vn/2' }], fees: [{ name: 'Phí', amount: '0' }] }],
  results: [{ name: 'Giấy chứng nhận', url: 'https://a.vn/3' }],
  otherAttachments: [{ name: 'Ảnh', quantity: 2 }],
  consultedDatabases: ['01'],
  progress: [aStep({ id: 's1' })]
}

type Path = Array<string | number>

/** Every object inside a document. */
function objectPaths (value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => objectPaths(item, [...path, index]))
  if (value === null || typeof value !== 'object') return []
  return [path, ...Object.entries(value).flatMap(([name, member]) => objectPaths(member, [...path, name]))]
}

/** Every place inside a document. */
function allPaths (value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path]
  return [path, ...Object.entries(value).flatMap(([name, member]) => allPaths(member, [...path, Array.isArray(value) ? Number(name) : name]))]
}

function changedAt (document: unknown, [first, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (first === undefined) return change(document)
  if (Array.isArray(document)) return document.map((item, index) => index === first ? changedAt(item, rest, change) : item)
  const members = document as Record<string, unknown>
  return { ...members, [first]: changedAt(members[first], rest, change) }
}

const PLACES = objectPaths(FULL)
const NAMES = new Set(allPaths(FULL).flatMap(path => path.filter(part => typeof part === 'string')))

t.test('a dossier that uses every list is valid, and so is the smallest', async t => {
  t.equal(validator.dossier(FULL).errors, undefined)
  t.equal(validator.progress({ steps: FULL.progress }).errors, undefined)
})

t.test('no JSON makes it throw', async t => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), value => {
    const { value: normalised } = normaliseText(value)
    return validator.dossier(normalised).errors !== undefined && validator.progress(normalised).errors !== undefined
  }), { numRuns: 300 })
  t.pass()
})

t.test('no JSON in any place of a good dossier makes it throw; what it says is a list of items', async t => {
  fc.assert(fc.property(fc.constantFrom(...allPaths(FULL)), fc.jsonValue({ maxDepth: 3 }), (path, value) => {
    const { errors = [] } = validator.dossier(changedAt(FULL, path, () => value))
    return errors.every(error => typeof error.pointer === 'string' && error.code !== '' && error.message !== '' && error.messageEn !== '')
  }), { numRuns: 500 })
  t.pass()
})

t.test('a field the schema does not name is never accepted, in any object, whatever its name and value', async t => {
  const unknownName = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('constructor', 'toString', 'valueOf', 'hasOwnProperty', 'Code', 'code ', 'x-vi', '$ref')).filter(name => !NAMES.has(name) && !KNOWN.has(name) && name !== '__proto__')
  fc.assert(fc.property(fc.constantFrom(...PLACES), unknownName, fc.jsonValue({ maxDepth: 2 }), (path, name, value) => {
    const { errors = [] } = validator.dossier(changedAt(FULL, path, old => ({ ...old as object, [name]: value })))
    return errors.some(error => error.code === 'field-unknown')
  }), { numRuns: 500 })
  t.pass()
})

/** Optional fields that `FULL` leaves out. */
const KNOWN = new Set(['accountId', 'birthDate', 'sex', 'fax', 'identityVerified', 'otherInformation', 'finishedAt', 'returnedAt', 'refusedAt', 'returnInformation', 'title', 'department', 'startedAt', 'id', 'removed', 'componentCode', 'reuse', 'fromPersonalRepository', 'replacementResultCode', 'collection', 'type', 'receivedBy', 'receiptInformation', 'receivedAt', 'completed', 'previousDueAt', 'newDueAt', 'fileId', 'code', 'url'])

t.test('what it accepts it gives back unchanged', async t => {
  const checked = validator.dossier(FULL)
  t.equal(checked.errors === undefined ? checked.value : undefined, FULL)
})

t.test('a list of 100,000 items is refused in seconds, with the list named', async t => {
  const spent = effort()
  const { errors = [] } = validator.dossier({ ...aDossier(), progress: Array.from({ length: 100_000 }, () => 1) })
  t.ok(errors.some(error => error.pointer === '/progress' && error.code === 'list-too-long'))
  t.equal(errors.length, 100)
  validator.dossier({ ...aDossier(), progress: Array.from({ length: 50_000 }, () => ({})) })
  const ms = spent()
  t.ok(ms < 15_000, `${Math.round(ms)} ms`)
})

t.test('one wrong time is one error, not one for the pattern and one for the format', async t => {
  t.equal(validator.dossier({ ...aDossier(), receivedAt: 'hôm qua' }).errors?.length, 1)
})

t.test('each field is named in Vietnamese where its value is wrong', async t => {
  const { errors = [] } = validator.dossier({ ...aDossier(), code: '', status: 'x', receivedAt: 'x', dueAt: 'x', agency: { code: 'x', name: '' } })
  t.strictSame(errors.map(error => [error.pointer, error.message.split(':')[0]]).sort(), [
    ['/agency/code', 'mã đơn vị xử lý'], ['/agency/name', 'tên đơn vị xử lý'], ['/code', 'mã hồ sơ'],
    ['/dueAt', 'ngày hẹn trả'], ['/receivedAt', 'ngày tiếp nhận'], ['/status', 'trạng thái hồ sơ']
  ])
})

t.test('a rule without words of its own still says which rule it is', async t => {
  for (const { message, messageEn } of validator.dossier({ ...aDossier(), otherAttachments: [{ name: 'a', quantity: -1 }] }).errors ?? []) {
    t.match(message, /^số lượng: \S/)
    t.match(messageEn, /\S/)
  }
})

t.test('limits of lists are told with their numbers', async t => {
  t.match(validator.progress({ steps: [] }).errors, [{ pointer: '/steps', code: 'list-too-short', message: /ít nhất 1 / }])
  t.match(validator.progress({ steps: Array(501).fill(aStep()) }).errors, [{ pointer: '/steps', code: 'list-too-long', message: /500/ }])
})

t.test('types are told in words', async t => {
  const { errors = [] } = validator.dossier({ ...aDossier(), digitised: 'x', progress: {}, field: [], summary: 1, sourceVersion: null })
  t.strictSame(new Set(errors.map(error => error.messageEn)), new Set([
    'Wrong type: true or false is needed.', 'Wrong type: a list is needed.', 'Wrong type: an object is needed.', 'Wrong type: a string is needed.', 'Wrong type: a whole number is needed.'
  ]))
})
