import t from 'tap'
import { createSchemaCompiler } from '../../src/base/json-schema.js'

const STRICT = { allErrors: true, strict: true }

t.test('values are judged, formats and words of our own among them', async t => {
  const validate = createSchemaCompiler({ ...STRICT, vocabulary: ['x-vi'] })({
    $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', properties: { day: { type: 'string', format: 'date', 'x-vi': 'ngày' } }, required: ['day']
  })
  t.ok(validate({ day: '2026-11-30' }))
  t.notOk(validate({ day: '30/11/2026' }))
  t.match(validate.errors, [{ keyword: 'format', instancePath: '/day' }])
  t.notOk(validate({}))
})

t.test('a schema that is not valid is refused, as is an unknown word', async t => {
  t.throws(() => createSchemaCompiler(STRICT)({ type: 'text' }), /schema is invalid/)
  t.throws(() => createSchemaCompiler(STRICT)({ type: 'object', properties: { a: { minLength: -1 } } }), /schema is invalid/)
  t.throws(() => createSchemaCompiler(STRICT)({ type: 'string', pattern: '(' }), /schema is invalid|Invalid regular expression/)
  t.throws(() => createSchemaCompiler(STRICT)({ 'x-vi': 'ngày' }), /unknown keyword/)
})

t.test('compilers know nothing of each other: one $id may come again', async t => {
  const schema = { $id: 'urn:lienthong:test', type: 'string' }
  t.ok(createSchemaCompiler(STRICT)(schema)('a'))
  t.ok(createSchemaCompiler(STRICT)(schema)('a'))
})
