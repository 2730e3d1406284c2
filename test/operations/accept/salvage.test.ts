// What is wrong goes, what is right stays, and places are those of the document as it was given.
import t from 'tap'
import { salvage } from '../../../src/operations/accept/salvage.js'
import { createValidator } from '../../../src/dossier/validate.js'
import { aDossier, aStep } from '../../support/dossiers.js'

const { dossier, progress } = createValidator()
const wholly = { check: dossier, stays: () => false }

t.test('optional members and items of lists go alone; later items keep their places', async t => {
  const document = (url: string, name = 'Đơn'): { name: string, url: string } => ({ name, url })
  const given = {
    ...aDossier(),
    dueAt: 'mai',
    documents: [document('không'), document('https://x.vn/1'), { url: 'https://x.vn/2' }, document('https://x.vn/3'), { ...document('https://x.vn/4'), reuse: 'x' }]
  }
  const result = salvage(given, wholly)
  if ('errors' in result) throw new Error(JSON.stringify(result.errors))
  t.strictSame(result.takenOut.map(({ pointer }) => pointer).sort(), ['/documents/0', '/documents/2', '/documents/4/reuse', '/dueAt'])
  t.strictSame(result.value.documents, [document('https://x.vn/1'), document('https://x.vn/3'), document('https://x.vn/4')])
  t.equal(given.documents.length, 5, 'what was given is not changed')
})

t.test('without what it must have it is hopeless, for the first reason', async t => {
  const { applicant } = aDossier()
  for (const [given, pointer] of [[{ ...aDossier(), code: 'a b' }, '/code'], [{ ...aDossier(), applicant: { ...applicant, name: '' } }, '/applicant/name'], [{}, '/code']] as const) {
    const result = salvage(given, wholly)
    t.ok('errors' in result && result.errors.some(error => error.pointer === pointer), pointer)
  }
})

t.test('a list that is too long is not thrown away', async t => {
  const result = salvage({ ...aDossier(), fees: Array.from({ length: 51 }, () => ({ name: 'Phí', amount: '1' })) }, wholly)
  t.match(result, { errors: [{ pointer: '/fees', code: 'list-too-long' }] })
})

t.test('what has to stay is refused and not taken out', async t => {
  const { content: _, ...step } = aStep()
  const result = salvage({ steps: [step] }, { check: progress, stays: pointer => /^\/steps\/\d+$/.test(pointer) })
  t.match(result, { errors: [{ pointer: '/steps/0/content', code: 'field-missing' }] })
})
