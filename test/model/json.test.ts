import fc from 'fast-check'
import t from 'tap'
import { isRecord, parseJson } from '../../src/model/json.js'
import { holds } from './properties.js'

t.test('JSON of the wire is read, with or without a byte order mark', async t => {
  t.strictSame(parseJson('\uFEFF{"error_code":"0"}'), { error_code: '0' })
  holds(t, fc.property(fc.jsonValue(), value => JSON.stringify(parseJson('\uFEFF' + JSON.stringify(value))) === JSON.stringify(value)))
})

t.test('what is no JSON is undefined, never an exception', async t => {
  for (const text of ['', '<html>', '{"a":', 'undefined', '\uFEFF', "{'a':1}", '{"a":1}{"b":2}']) t.equal(parseJson(text), undefined, JSON.stringify(text))
  holds(t, fc.property(fc.string(), text => { parseJson(text) }))
})

t.test('a hostile member name stays data', async t => {
  const value = parseJson('{"__proto__":{"admin":true}}')
  t.equal((value as { admin?: unknown }).admin, undefined)
})

t.test('only an object is a record', async t => {
  t.ok(isRecord({}))
  for (const no of [null, undefined, [], 'x', 7, true]) t.notOk(isRecord(no))
})
