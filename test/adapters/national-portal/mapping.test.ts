import t from 'tap'
import { map } from '../../../adapters/national-portal/mapping.js'
import { codes, lookups, fileLink, findingCodes, fixture, mapped, national, schema, settings, without } from './support.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import type { NumberedStep } from '../../../src/adapter-kit/contract/deliver.js'

const base = fixture('create-full').dossier
type Node = Record<string, unknown>

function step (id: string, occurredAt: string): NumberedStep {
  return { id, occurredAt, status: 'processing', content: id, officer: { name: 'Lê Văn Ví Dụ' } }
}

t.test('a word without a national code stops the delivery and names table and word', async t => {
  const { status: _, ...others } = codes
  const result = map({ dossier: base, steps: [], codes: lookups({ ...others, channel: {} }), settings, fileLink })
  t.strictSame(findingCodes(result), ['error code-unmapped /status', 'error code-unmapped /channel'])
  t.match(result.findings[0], { message: /"status".*"received"/, messageEn: /"status".*"received"/ })
})

t.test('a word that only an object\'s prototype knows has no code', async t => {
  const result = map({ dossier: { ...base, status: 'constructor' as NonNullable<Dossier['status']> }, steps: [], codes: lookups(), settings, fileLink })
  t.strictSame(findingCodes(result), ['error code-unmapped /status'])
})

t.test('a code that a province added to a table is used', async t => {
  const table = { ...codes.identityType, passport: '5' }
  const applicant = { ...base.applicant, identities: [{ type: 'passport' as const, number: 'C1234567' }] }
  const { calls, findings } = map({ dossier: { ...base, applicant }, steps: [], codes: lookups({ ...codes, identityType: table }), settings, fileLink })
  t.strictSame((calls[0]?.message as Node[])[0]?.DinhDanhCHS, [{ LoaiDinhDanh: '5', SoDinhDanh: 'C1234567' }])
  t.strictSame(findings, [])
  t.ok(schema('dossier')(calls[0]?.message))
})

t.test('a code that is too long is an error and is not cut', async t => {
  const code = '1.004194' + '.H15'.padEnd(49, '.1234')
  const result = mapped({ dossier: { ...base, procedure: { ...base.procedure, code } } })
  t.strictSame(findingCodes(result), ['error too-long /procedure/code'])
  t.equal((result.calls[0]?.message as Node[])[0]?.MaTTHC, code)
})

t.test('fractions of a second are dropped and said so', async t => {
  const dossier = { ...base, dueAt: '2026-11-25T16:59:59.999+07:00' }
  t.equal(national(dossier).NgayHenTra, '20261125165959')
  t.strictSame(findingCodes(mapped({ dossier })), ['warning time-precision-reduced /dueAt'])
})

t.test('a time that has no fourteen digits is an error, not a crash', async t => {
  const result = mapped({ dossier: { ...base, receivedAt: '2026-13-40T09:00:00+07:00', dueAt: '9999-12-31T23:00:00Z' } })
  t.strictSame(findingCodes(result), ['error date-invalid /receivedAt', 'error date-invalid /dueAt'])
})

t.test('EXTENDED_FIELDS=false leaves out every generation B member, and nothing about them is said', async t => {
  const { calls } = mapped({ dossier: { ...base, results: [{ name: 'a', code: 'KQ', url: 'https://motcua.example.vn/1' }] } }, { EXTENDED_FIELDS: false })
  const [sent] = calls[0]?.message as Node[]
  const text = JSON.stringify(sent)
  for (const name of ['KenhThucHien', 'SoGiayToChuHoSo', 'NgayNopHoSo', 'NgayTuChoi', 'NoiNopHoSo', 'HoSoCoThanhPhanSoHoa', 'TaiKhoanDuocXacThucVoiVNeID',
    'DuocThanhToanTrucTuyen', 'DinhDanhCHS', 'DSKetNoiCSDL', 'DuocSoHoa', 'DuocTaiSuDung', 'DuocLayTuKhoDMQG', 'MaKetQuaThayThe', 'MaGiayToKetQua']) {
    t.notMatch(text, `"${name}"`)
  }
  t.equal(sent?.NgayTiepNhan, '20261104090000')
})

t.test('steps go by their time, and in the order of the province where times are equal', async t => {
  const steps = [
    step('c', '2026-11-05T08:00:00+07:00'), step('a', '2026-11-04T02:00:00Z'), step('b', '2026-11-04T09:00:00+07:00'), step('d', '2026-11-05T01:00:00Z')
  ]
  t.strictSame(mapped({ steps }).calls[1]?.steps, ['a', 'b', 'c', 'd'])
})

t.test('PROGRESS_CHUNK bounds the steps of a call', async t => {
  const steps = Array.from({ length: 7 }, (_, index) => step(String(index), `2026-11-04T09:00:0${index}+07:00`))
  const sizes = (chunk: number): number[] => mapped({ steps }, { PROGRESS_CHUNK: chunk }).calls.slice(1).map(call => call.steps.length)
  t.strictSame(sizes(3), [3, 3, 1])
  t.strictSame(sizes(7), [7])
  t.strictSame(sizes(0), [1, 1, 1, 1, 1, 1, 1])
  t.throws(() => mapped({ steps }, { PROGRESS_CHUNK: 'ten' }), { message: 'setting PROGRESS_CHUNK is no number' })
})

t.test('a step\'s findings point at the step', async t => {
  const steps = [step('a', '2026-11-04T09:00:00+07:00'), step('b', '2026-11-04T08:00:00.5+07:00')]
  t.strictSame(findingCodes(mapped({ steps })), ['warning time-precision-reduced /progress/1/occurredAt'])
})

t.test('a paper reused from a result asks for that result\'s code', async t => {
  const dossier: Dossier = { ...base, documents: [{ name: 'a', url: 'https://motcua.example.vn/1', reuse: 'result' }] }
  t.strictSame(findingCodes(mapped({ dossier })), ['warning replacement-code-missing /documents/0/replacementResultCode'])
})

t.test('a listed file is present unless the province calls it removed', async t => {
  const file = { name: 'a', url: 'https://motcua.example.vn/1' }
  const documents = [{ ...file, removed: true }, { ...file, removed: false }, file]
  t.strictSame((national({ documents }).TaiLieuNop as Node[]).map(file => file.IsDeleted), ['True', 'False', 'False'])
})

t.test('birth date and sex have no place at the portal and are not sent', async t => {
  const [sent] = mapped({}).calls[0]?.message as Node[]
  t.notMatch(JSON.stringify(sent), /1990-04|female/)
})

t.test('what costs points is said, and stops nothing', async t => {
  const dossier: Dossier = {
    ...without(base, 'channel', 'dueAt', 'onlinePayment'),
    status: 'finished',
    fees: [{ name: 'Phí', amount: '0' }, { name: 'Lệ phí', amount: '50000' }],
    results: [{ name: 'a', code: 'KQ' }, { name: 'b', url: 'https://motcua.example.vn/1' }, { name: 'c', code: 'KQ', url: 'https://motcua.example.vn/2' }],
    supplements: [1, 2].map(id => ({ id, requestedBy: 'a', content: 'b', requestedAt: base.receivedAt }))
  }
  t.strictSame(findingCodes(mapped({ dossier })), [
    'scoring channel-missing /channel', 'scoring due-date-missing /dueAt', 'scoring finish-time-missing /finishedAt',
    'scoring result-incomplete /results/0', 'scoring result-incomplete /results/1', 'scoring zero-fee /fees/0/amount',
    'scoring online-payment-unknown /onlinePayment', 'scoring several-supplements /supplements'
  ])
})

t.test('a dossier that was not accepted yet has no due date to miss', async t => {
  t.strictSame(findingCodes(mapped({ dossier: { ...without(base, 'dueAt'), status: 'registered' } })), [])
})

t.test('every finding speaks both languages', async t => {
  const { findings } = mapped({ dossier: { ...fixture('create-minimal').dossier, summary: 'x'.repeat(1200), receivedAt: 'x' } })
  t.ok(findings.length > 2)
  for (const finding of findings) t.ok(finding.message.length > 10 && finding.messageEn.length > 10)
})
