// Bodies that are no JSON document: refused before anything looks into them, with the same kind of answer.
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { aDossier } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { refusalsOf, rawPush } from '../refusal.js'
import { effort } from '../../support/clock.js'

const checkRefused = refusalsOf(await startGateway(t, { role: 'api' }))
const DOCUMENT = JSON.stringify(aDossier({ summary: 'QQ' }))
const [BEFORE = '', AFTER = ''] = DOCUMENT.split('QQ')

function withBytes (...bytes: number[]): Buffer {
  return Buffer.concat([Buffer.from(BEFORE), Buffer.from(bytes), Buffer.from(AFTER)])
}

function withMember (text: string): string {
  return DOCUMENT.replace('{', () => `{${text},`)
}

const MALFORMED: Record<string, string | Buffer> = {
  'a body that is no JSON': 'hồ sơ mới',
  'a document cut short': DOCUMENT.slice(0, 200),
  'an empty body': '',
  'a body of blanks': ' \n ',
  'two documents in one body': DOCUMENT + DOCUMENT,
  'a trailing comma': '{"code":"A1",}',
  'single quotes': "{'code':'A1'}",
  'a comment': '{/* mã */"code":"A1"}',
  'NaN for a number': withMember('"sourceVersion":NaN'),
  'a number with a leading zero': withMember('"sourceVersion":007'),
  'a raw line break in a text': BEFORE + '\n' + AFTER,
  'a raw NUL byte in a text': withBytes(0),
  'brackets opened 500,000 deep and never closed': '['.repeat(500_000),
  '__proto__ as a member': withMember('"__proto__":{"admin":true}'),
  '__proto__ written with escapes': withMember('"\\u005f_proto\\u005f_":{"admin":true}'),
  '__proto__ deep inside': DOCUMENT.replace('"kind"', '"__proto__":{"name":"x"},"kind"'),
  'constructor.prototype as a member': withMember('"constructor":{"prototype":{"admin":true}}'),
  'UTF-16 text': Buffer.from(DOCUMENT, 'utf16le'),
  'compressed text': gzipSync(DOCUMENT),
  'a byte that is never UTF-8': withBytes(0xff),
  'a letter cut in half': withBytes(0xe1, 0xba),
  'a surrogate encoded as UTF-8': withBytes(0xed, 0xa0, 0x80),
  'an overlong encoding': withBytes(0xc0, 0xaf)
}

for (const [name, payload] of Object.entries(MALFORMED)) {
  t.test(`${name} is malformed JSON: 400 and nothing is stored`, async t => {
    await checkRefused(t, rawPush(payload), { status: 400, code: 'malformed-json' })
  })
}

t.test('bytes that are no UTF-8 are refused when they come in chunks of unknown length too', async t => {
  await checkRefused(t, rawPush(Readable.from([withBytes(0xff, 0xc3)])), { status: 400, code: 'malformed-json' })
})

t.test('a polluted prototype is not what __proto__ leaves behind', async t => {
  await checkRefused(t, rawPush(withMember('"__proto__":{"polluted":1}')), { status: 400, code: 'malformed-json' })
  t.notOk('polluted' in {})
})

for (const text of ['null', '[]', '"x"', '5', 'true', '[{}]']) {
  t.test(`${text} is JSON but no document: 422 at the root`, async t => {
    const { errors } = await checkRefused(t, rawPush(text), { status: 422, code: 'invalid-document' })
    t.match(errors, [{ pointer: '', code: 'field-type', message: /đối tượng JSON/ }])
    t.equal(errors.length, 1)
  })
}

t.test('nesting without end is refused in no time: by its place while the document is small, else by its size', async t => {
  const spent = effort()
  const nested = (levels: number): string[] => [
    '['.repeat(levels) + ']'.repeat(levels),
    `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
    withMember(`"progress":${'['.repeat(levels)}${']'.repeat(levels)}`)
  ]
  for (const text of nested(40_000)) await checkRefused(t, rawPush(text), { status: 422, code: 'invalid-document' })
  for (const text of nested(100_000)) await checkRefused(t, rawPush(text), { status: 422, code: 'too-many-values' })
  await checkRefused(t, rawPush('['.repeat(400_000) + ']'.repeat(400_000)), { status: 422, code: 'too-many-values' })
  t.ok(spent() < 5000)
})

t.test('a quarter of a million empty objects are refused before they are validated', async t => {
  await checkRefused(t, rawPush(withMember(`"progress":[${'{},'.repeat(250_000)}{}]`)), { status: 422, code: 'too-many-values' })
})

t.test('a body of 10 MB is refused by its announced length, and by what arrives', async t => {
  const refusal = { status: 413, code: 'body-too-large' }
  const { detail } = await checkRefused(t, rawPush(`{"summary":"${'x'.repeat(10_000_000)}"}`), refusal)
  t.match(detail, /BODY_LIMIT_BYTES/, 'the limit is named')
  await checkRefused(t, rawPush(Readable.from(Array.from({ length: 1000 }, () => 'x'.repeat(10_000)))), refusal)
})

const WRONG_TYPES = [
  'text/plain', 'text/plain; charset=utf-8', 'text/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x',
  'application/octet-stream', 'application/jsonx', 'application/merge-patch+json', 'application/json, text/plain', 'json', ''
]

for (const type of WRONG_TYPES) {
  t.test(`content type ${type === '' ? 'left out' : type} is refused: 415`, async t => {
    await checkRefused(t, rawPush(DOCUMENT, { 'content-type': type }), { status: 415, code: 'unsupported-media-type' })
  })
}

t.test('a body whose length is not the announced one is refused', async t => {
  await checkRefused(t, rawPush(DOCUMENT, { 'content-length': String(Buffer.byteLength(DOCUMENT) + 5) }), { status: 400, code: 'malformed-json' })
})
