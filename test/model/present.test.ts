import t from 'tap'
import { present } from '../../src/model/present.js'

t.test('leaves out what is undefined and nothing else, and keeps the order', async t => {
  const kept = present({ z: 1, left: undefined, b: null, a: '', zero: 0, no: false })
  t.strictSame(Object.entries(kept), [['z', 1], ['b', null], ['a', ''], ['zero', 0], ['no', false]])
})

t.test('the result fits a type with optional members', async t => {
  const find = (name?: string): { code: string, name?: string } => present({ code: '01', name })
  t.strictSame(find('Hà Nội'), { code: '01', name: 'Hà Nội' })
  t.notOk(Object.hasOwn(find(), 'name'))
})
