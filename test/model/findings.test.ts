import t from 'tap'
import { hasErrors, pointer, raise, type Finding, type FindingKind } from '../../src/model/findings.js'

const finding = (severity: Finding['severity']): Finding => ({ severity, code: 'x', pointer: '', message: 'x', messageEn: 'x' })

t.test('a path becomes a JSON pointer with its two escapes', async t => {
  t.equal(pointer(), '')
  t.equal(pointer('applicant', 'name'), '/applicant/name')
  t.equal(pointer('progress', 0, 'content'), '/progress/0/content')
  t.equal(pointer('a/b', 'c~d', '~1'), '/a~1b/c~0d/~01')
  t.equal(pointer(''), '/')
})

t.test('only an error stops', async t => {
  t.notOk(hasErrors([]))
  t.notOk(hasErrors([finding('warning'), finding('scoring')]))
  t.ok(hasErrors([finding('warning'), finding('error')]))
})

const kind: FindingKind = {
  severity: 'warning',
  code: 'x-too-long',
  message: { vi: 'Dài {length}, là {what}.', en: '{length} long, {what}.' },
  cure: { vi: 'Cắt còn {limit}.', en: 'Cut to {limit}.' },
  clause: ''
}

t.test('a finding is raised from its declaration, in two languages, at its place', async t => {
  const values = { length: 12, limit: 10, what: { vi: 'ghi chú', en: 'a note' } }
  t.strictSame(raise(kind, ['steps', 0, 'a/b'], values), {
    severity: 'warning',
    code: 'x-too-long',
    pointer: '/steps/0/a~1b',
    message: 'Dài 12, là ghi chú.',
    messageEn: '12 long, a note.',
    cure: 'Cắt còn 10.',
    cureEn: 'Cut to 10.'
  })
})

t.test('a value is put in as it is, once: it is no declaration', async t => {
  t.match(raise(kind, [], { length: '{limit}', limit: '$&', what: '$1' }), { message: 'Dài {limit}, là $1.', cure: 'Cắt còn $&.' })
})
