// A province's list in CSV and in JSON: the same checks, the same codes.
import fc from 'fast-check'
import t from 'tap'
import { checkCsvList, createRequestCheck } from '../../src/reconciliation/request.js'

const SCOPE = { adapter: 'national-portal' }
const check = createRequestCheck()
const csv = (text: string, scope: object = SCOPE): ReturnType<typeof check> => checkCsvList(check, text, scope)
const codesOf = ({ errors = [] }: ReturnType<typeof check>): string[] => errors.map(({ code }) => code)

t.test('codes stay text and versions become numbers; a cell that is empty is absent', async t => {
  const { value } = csv('\ufeffsourceVersion;code\r\n7;000.00.14.H15-261104-0001\r\n;0012\r\n0;0013\r\n', { ...SCOPE, unit: 'H15.14', receivedFrom: '2026-11-01' }) as { value: unknown }
  t.strictSame(value, {
    ...SCOPE, unit: 'H15.14', receivedFrom: '2026-11-01', dossiers: [{ code: '000.00.14.H15-261104-0001', sourceVersion: 7 }, { code: '0012' }, { code: '0013', sourceVersion: 0 }]
  })
})

t.test('a list of codes alone, and one without a line', async t => {
  t.match(csv('code\n0012\n'), { value: { dossiers: [{ code: '0012' }] } })
  t.match(csv('code,sourceVersion\n'), { value: { dossiers: [] } })
})

/** The same damage in both forms. */
const DAMAGED: Record<string, [text: string, dossiers: unknown[]]> = {
  'a dossier without a code': ['code,sourceVersion\n,7\n', [{ sourceVersion: 7 }]],
  'a code that is none': ['code\nA B\n', [{ code: 'A B' }]],
  'a version that is no number': ['code,sourceVersion\nA,bảy\n', [{ code: 'A', sourceVersion: 'bảy' }]],
  'a version as a spreadsheet rounds it': ['code,sourceVersion\nA,1E+05\n', [{ code: 'A', sourceVersion: '1E+05' }]],
  'a version below zero': ['code,sourceVersion\nA,-1\n', [{ code: 'A', sourceVersion: '-1' }]],
  'a version beyond what is counted exactly': ['code,sourceVersion\nA,9007199254740993\n', [{ code: 'A', sourceVersion: 9007199254740992 }]],
  'a member that is unknown': ['code,version\nA,7\n', [{ code: 'A', version: 7 }]],
  'a dossier that stands there twice': ['code,sourceVersion\nA,7\nB,1\nA,8\n', [{ code: 'A', sourceVersion: 7 }, { code: 'B' }, { code: 'A', sourceVersion: 8 }]]
}

for (const [name, [text, dossiers]] of Object.entries(DAMAGED)) {
  t.test(`${name} is refused in both forms by one code`, async t => {
    const inJson = codesOf(check({ ...SCOPE, dossiers }))
    t.equal(inJson.length, 1)
    t.strictSame(codesOf(csv(text)), inJson)
  })
}

t.test('all problems at once: of the request, the columns and the lines, each with its line and column', async t => {
  t.match(csv('code;sourceVersion;nmae\nA B;x;\nC;1\nD;2;\nD;3;\n', { adapter: 'national-portal', unit: 'sở', day: '1' }), {
    errors: [
      { code: 'csv-malformed', message: /^Dòng 3 có 2 ô/ },
      { code: 'field-unknown', message: /^Dòng 1 \(tên cột: code, sourceVersion\): .*"nmae"/ },
      { code: 'field-unknown', pointer: '/day' },
      { code: 'field-format', pointer: '/unit' },
      { code: 'field-format', pointer: '/dossiers/0/code', message: /^Dòng 2, cột "code": /, messageEn: /^Line 2, column "code": / },
      { code: 'field-type', pointer: '/dossiers/0/sourceVersion', message: /^Dòng 2, cột "sourceVersion": / },
      { code: 'dossier-repeated', pointer: '/dossiers/2/code', message: /^Dòng 5, cột "code": / }
    ]
  })
})

t.test('a file without the column of the codes is told so once, not once a line', async t => {
  for (const text of ['', 'Mã hồ sơ\nA\nB\n', 'A\nB\n']) {
    t.match(codesOf(csv(text)).filter(code => code === 'field-missing'), ['field-missing'])
  }
  t.match(csv('code,\nA,x\n'), { errors: [{ code: 'field-unknown' }] }, 'a cell in a column without a name')
  t.match(csv('code,\nA,\n'), { value: { dossiers: [{ code: 'A' }] } })
})

t.test('a file that cannot be read is told as that alone, beside what else is wrong', async t => {
  t.strictSame(codesOf(csv('code\n"A')), ['csv-malformed'])
  t.strictSame(codesOf(csv('code\n"A', { adapter: 'A' })), ['csv-malformed', 'field-format'])
})

t.test('of a hundred thousand lines that are wrong, a hundred are told, quickly', async t => {
  const { errors } = csv(`code\n${'A B\n'.repeat(100_000)}`) as { errors: object[] }
  t.equal(errors.length, 100)
})

t.test('whatever is listed reads the same from CSV as from JSON', async t => {
  const code = fc.stringMatching(/^[0-9A-Za-z]{1,8}([._-][0-9]{1,4}){0,3}$/)
  const dossier = fc.record({ code, sourceVersion: fc.nat() }, { requiredKeys: ['code'], noNullPrototype: true })
  fc.assert(fc.property(fc.uniqueArray(dossier, { selector: ({ code }) => code, maxLength: 20 }), fc.constantFrom(',', ';', '\t'), fc.constantFrom('\n', '\r\n'), (dossiers, delimiter, end) => {
    const text = ['code', 'sourceVersion'].join(delimiter) + end + dossiers.map(one => [one.code, one.sourceVersion ?? ''].join(delimiter) + end).join('')
    t.strictSame(csv(text), check({ ...SCOPE, dossiers }))
  }), { numRuns: 200 })
})
