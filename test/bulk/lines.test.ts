// Lines of NDJSON: the same however the bytes were cut, none above the limit in memory, none believed unchecked.
import fc from 'fast-check'
import t from 'tap'
import { readLine, splitLines, type RawLine } from '../../src/bulk/lines.js'
import { createValidator } from '../../src/dossier/validate.js'
import { aDossier, aStep } from '../support/dossiers.js'

const validator = createValidator()

async function * chunked (bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function split (text: string, { size = 7, limit = 1000 } = {}): Promise<Array<string | undefined>> {
  const lines: RawLine[] = []
  for await (const line of splitLines(chunked(Buffer.from(text), size), limit)) lines.push(line)
  t.strictSame(lines.map(line => line.number), lines.map((_, index) => index + 1))
  return lines.map(line => line.bytes?.toString())
}

t.test('lines are the same wherever the bytes were cut', async t => {
  const text = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }).map(line => line.replaceAll('\n', ''))).map(lines => lines.map(line => `${line}\n`).join(''))
  await fc.assert(fc.asyncProperty(text, fc.integer({ min: 1, max: 40 }), async (file, size) => {
    t.strictSame(await split(file, { size }), file.split('\n').slice(0, -1))
  }), { numRuns: 200 })
})

t.test('the last line needs no end, and an end makes no line', async t => {
  t.strictSame(await split('a\nb'), ['a', 'b'])
  t.strictSame(await split('a\nb\n'), ['a', 'b'])
  t.strictSame(await split(''), [])
})

t.test('a line above the limit is left out and told; those around it are whole', async t => {
  t.strictSame(await split(`ab\n${'x'.repeat(11)}\n${'y'.repeat(10)}\n`, { limit: 10 }), ['ab', undefined, 'y'.repeat(10)])
  t.strictSame(await split('x'.repeat(11), { limit: 10 }), [undefined], 'also the last one')
})

t.test('a blank line is none; CR LF and a byte order mark do not count', async t => {
  for (const blank of ['', '\r', '  ', '\ufeff']) t.strictSame(readLine(Buffer.from(blank), validator), { kind: 'blank' })
  t.match(readLine(Buffer.from(`\ufeff${JSON.stringify(aDossier())}\r`), validator), { kind: 'dossier', dossier: { code: aDossier().code } })
})

/** A line, and what is said of it. */
const BAD: Record<string, readonly [line: string | Buffer, codes: readonly string[], dossierCode: string | null]> = {
  'no JSON': ['{"code":', ['malformed-json'], null],
  'bytes that are no UTF-8': [Buffer.from([0x22, 0xc3, 0x28, 0x22]), ['malformed-json'], null],
  'a list of dossiers': [JSON.stringify([aDossier()]), ['field-type'], null],
  null: ['null', ['field-type'], null],
  'a field left out': [JSON.stringify({ ...aDossier(), status: undefined }), ['field-missing'], aDossier().code],
  'a forbidden name': [JSON.stringify(aDossier()).replace('{', '{"__proto__":{"status":"received"},'), ['field-unknown'], aDossier().code],
  'a name where the code belongs': [JSON.stringify({ ...aDossier(), code: 'Y Thử Niê' }), ['field-format'], null],
  'a step id that occurs twice': [JSON.stringify(aDossier({ progress: [aStep({ id: 's' }), aStep({ id: 's', content: 'Khác' })] })), ['step-id-repeated'], aDossier().code],
  'too many values': [JSON.stringify({ x: Array(50_001).fill(0) }), ['too-many-values'], null]
}

for (const [what, [line, codes, dossierCode]] of Object.entries(BAD)) {
  t.test(`${what} is rejected, as a push of it would be`, async t => {
    const read = readLine(Buffer.from(line), validator)
    t.match(read, { kind: 'rejected', dossierCode })
    t.strictSame(read.kind === 'rejected' ? read.errors.map(error => error.code) : [], codes)
  })
}

t.test('a line that was too long is rejected', async t => {
  t.match(readLine(undefined, validator), { kind: 'rejected', dossierCode: null, errors: [{ code: 'line-too-long' }] })
})
