// Text, hashes and ids of what is pushed: the same dossier is the same whatever way it was written down.
import fc from 'fast-check'
import t from 'tap'
import { contentHash, derivedStepId, hasTooManyValues, normaliseText } from '../../src/dossier/content.js'
import { aDossier, aStep } from '../support/dossiers.js'

/** The value with the members of every object in another order; lists keep theirs. */
function shuffled (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).reverse().map(([name, member]) => [name, shuffled(member)]))
}

/** Vietnamese in any form: composed letters, bare letters and marks in any order. */
const letters = fc.constantFrom('ế', 'Ệ', 'ươ', 'Đ', 'e', 'a', '\u0302', '\u0301', '\u0323', '\u031b', '𝒂', ' ')
const text = fc.oneof(fc.array(letters).map(parts => parts.join('')), fc.string({ unit: 'grapheme' }))

t.test('a hash does not depend on the order of members', async t => {
  fc.assert(fc.property(fc.jsonValue(), value => contentHash(value).equals(contentHash(shuffled(value)))), { numRuns: 500 })
  t.pass()
})

t.test('a hash depends on every value and on the order of lists', async t => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
    fc.pre(JSON.stringify(shuffled(a)) !== JSON.stringify(shuffled(b)) && !/https?:|:-0\b/.test(JSON.stringify([a, b])))
    return contentHash(a).equals(contentHash(b)) === (JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)))
  }), { numRuns: 500 })
  t.not(contentHash([1, 2]).toString('hex'), contentHash([2, 1]).toString('hex'))
})

function sorted (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([name, member]) => [name, sorted(member)]))
}

t.test('normalising twice is normalising once, and leaves composed text alone', async t => {
  fc.assert(fc.property(text, raw => {
    const once = normaliseText({ summary: raw }).value
    const twice = normaliseText(once)
    return twice.findings.length === 0 && JSON.stringify(twice.value) === JSON.stringify(once) && JSON.stringify(once) === JSON.stringify({ summary: raw.normalize('NFC') })
  }))
  fc.assert(fc.property(text, raw => {
    const composed = raw.normalize('NFC')
    const { value, findings } = normaliseText([composed])
    return findings.length === 0 && (value as string[])[0] === composed
  }))
  t.pass()
})

t.test('normalising changes nothing but text, and finds exactly the texts that changed', async t => {
  fc.assert(fc.property(fc.jsonValue({ depthSize: 'small' }), value => {
    const { value: copy, findings } = normaliseText(value)
    return JSON.stringify(copy).normalize('NFC') === JSON.stringify(value).normalize('NFC') && (findings.length > 0) === (JSON.stringify(copy) !== JSON.stringify(value))
  }))
  t.pass()
})

t.test('a document is copied, never changed in place', async t => {
  const document = { list: [{ text: 'e\u0301' }] }
  const { value, findings } = normaliseText(document)
  t.strictSame(document, { list: [{ text: 'e\u0301' }] })
  t.strictSame(value, { list: [{ text: 'é' }] })
  t.match(findings, [{ pointer: '/list/0/text', severity: 'warning' }])
})

t.test('many decomposed texts are told by the first twenty', async t => {
  t.equal(normaliseText(Array.from({ length: 100 }, () => 'e\u0301')).findings.length, 20)
})

t.test('what is deeper than any schema is left as it is', async t => {
  let deep: unknown = 'e\u0301'
  for (let n = 0; n < 100_000; n++) deep = [deep]
  t.strictSame(normaliseText(deep).findings, [])
})

t.test('links are equal when only a cache-busting parameter differs', async t => {
  const hash = (url: string): string => contentHash({ url }).toString('hex')
  for (const name of ['t', '_', 'ts', 'timestamp']) t.equal(hash(`https://a.vn/f?${name}=1&x=1`), hash(`https://a.vn/f?x=1&${name}=2`), name)
  for (const name of ['T', 'token', 'v', 'signature', 'expires']) t.not(hash(`https://a.vn/f?${name}=1`), hash(`https://a.vn/f?${name}=2`), name)
  t.not(hash('https://a.vn/f'), hash('https://a.vn/g'))
  t.not(hash('http://a.vn/f'), hash('https://a.vn/f'))
  t.not(hash('https://['), hash('https://]'), 'what is no link is compared as it is')
})

t.test('the id of a step is its content\'s: short, plain, and the same for ever', async t => {
  const { id: _, ...content } = aStep()
  t.match(derivedStepId(content), /^auto-[0-9a-f]{32}$/)
  t.equal(derivedStepId(content), derivedStepId(shuffled(content)))
  t.not(derivedStepId(content), derivedStepId({ ...content, content: 'Khác' }))
  t.equal(derivedStepId({ occurredAt: '2026-11-04T09:00:00+07:00', content: 'Tiếp nhận' }), 'auto-9f2a2045eec8bc11f12c7f3a129e2995', 'stored ids must be found again by later versions')
})

t.test('a hash is stable across versions: stored ones are compared with new ones', async t => {
  t.equal(contentHash(aDossier()).toString('hex'), '8f77452f99f17aa41d896100aa2086550262add47f8648314c66e5f8ecd6bc8b')
})

t.test('a document with more values than a dossier can have is found without reading all of it', async t => {
  t.notOk(hasTooManyValues({ a: [1, { b: 2 }] }, 4))
  t.ok(hasTooManyValues({ a: [1, { b: 2 }] }, 3))
  t.notOk(hasTooManyValues(null))
  t.ok(hasTooManyValues(Array.from({ length: 500 }, () => ({ documents: Array.from({ length: 500 }, () => ({})) }))))
})
