// A message is shown as it came, without that by which the partner proves itself.
import t from 'tap'
import { secretsOf, shownBody } from '../../../src/operations/receive/masked-body.js'
import type { Manifest } from '../../../src/adapter-kit/manifest.js'

const decoded = (body: string | null): string | null => body === null ? null : Buffer.from(body, 'base64').toString()

t.test('nothing to mask: to the byte', async t => {
  const body = Buffer.from('\ufeff{"a" : "ế"}')
  t.strictSame(shownBody(body, ['khoa-thu']), { body: body.toString('base64'), json: { a: 'ế' }, masked: false })
  t.strictSame(shownBody(Buffer.from('a=1'), []), { body: Buffer.from('a=1').toString('base64'), masked: false })
  t.strictSame(shownBody(Buffer.from([0xff, 0xfe]), ['khoa-thu']), { body: '//4=', masked: false }, 'no text')
})

t.test('the key is masked in both forms, wherever it stands', async t => {
  const shown = shownBody(Buffer.from('{"SecurityKey":"khoa-thu","data":["khoa-thu",{"x":"y khoa-thu"}]}'), ['khoa-thu'])
  t.strictSame(shown.json, { SecurityKey: '***', data: ['***', { x: 'y ***' }] })
  t.equal(decoded(shown.body), '{"SecurityKey":"***","data":["***",{"x":"y ***"}]}')
  t.equal(shown.masked, true)
})

t.test('a key that is spelled with escapes cannot be masked in place: only the parsed form is shown', async t => {
  t.strictSame(shownBody(Buffer.from('{"SecurityKey":"khoa\\u002dthu"}'), ['khoa-thu']), { body: null, json: { SecurityKey: '***' }, masked: true })
})

t.test('secrets are the values of sensitive settings, lists included', async t => {
  const settings = { A: { type: 'list', sensitive: true, help: { vi: '', en: '' } }, B: { type: 'string', sensitive: true, help: { vi: '', en: '' } }, C: { type: 'string', help: { vi: '', en: '' } } } as const
  t.strictSame(secretsOf({ settings } as unknown as Manifest, { A: ['one1', 'two2'], B: 'three', C: 'open' }), ['one1', 'two2', 'three'])
})
