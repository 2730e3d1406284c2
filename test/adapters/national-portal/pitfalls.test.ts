// The pitfalls of contract §6 that a mapping or a reading of answers can fall into, by their numbers.
import t from 'tap'
import { createClient } from '../../../adapters/national-portal/client.js'
import { dossierCall, findingCodes, fixture, manifest, mapped, national, progressCall, settings, without } from './support.js'
import type { Dossier } from '../../../src/model/dossier-types.js'

const client = createClient({ settings, limits: manifest.limits, now: () => 0 })
t.teardown(client.close)

const base = fixture('create-full').dossier
const person = base.applicant
type Node = Record<string, unknown>
const body = (mode: 'create' | 'update', call = dossierCall): Node => client.describe(call, mode).body as Node
const applicant = (changed: Partial<Dossier['applicant']>): Partial<Dossier> => ({ applicant: { ...person, ...changed } })

t.test('1: isUpdating is the string "True" or "False", and only on the dossier service', async t => {
  t.equal(body('create').isUpdating, 'False')
  t.equal(body('update').isUpdating, 'True')
  t.notOk('isUpdating' in body('update', progressCall))
})

t.test('4: one dossier per call, so new and known ones never share isUpdating', async t => {
  t.equal((mapped({}).calls[0]?.message as unknown[]).length, 1)
})

t.test('6: the dossier goes before its steps', async t => {
  t.strictSame(mapped(fixture('progress-two-chunks')).calls.map(call => call.operation), ['dossier', 'progress', 'progress'])
})

t.test('7, 8: every step is sent, and each call names exactly the steps it carries', async t => {
  const input = fixture('progress-two-chunks')
  const calls = mapped(input).calls.slice(1)
  t.strictSame(calls.flatMap(call => call.steps).sort(), input.steps.map(step => step.id).sort())
  for (const call of calls) t.equal((call.message as unknown[]).length, call.steps.length)
})

t.test('14: the header is dstcode, and the query has it with its name', async t => {
  const { headers, url } = client.describe(dossierCall, 'create')
  t.equal(headers.dstcode, 'VN:GOV:000.00.00.G22:vpcpdvcprovider')
  t.ok(url.endsWith('?dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider'))
})

t.test('19: an identity number is not sent as the TechID', async t => {
  const changed = applicant({ accountId: String(person.identityNumber) })
  t.equal(national(changed).MaDoiTuong, '')
  t.match(findingCodes(mapped({ dossier: { ...base, ...changed } })), ['warning account-id-is-identity-number /applicant/accountId'])
  t.equal(national({}).MaDoiTuong, person.accountId)
})

t.test('20: the fax is not filled with the phone number', async t => {
  const { fax: _, ...noFax } = person
  t.equal(national({ applicant: noFax }).Fax, '')
  t.equal(national({}).Fax, person.fax)
})

t.test('22: MaHoSo is the province\'s code, in the dossier and in its steps', async t => {
  const { calls } = mapped(fixture('progress-two-chunks'))
  for (const call of calls) for (const item of call.message as Node[]) t.equal(item.MaHoSo, base.code)
})

t.test('23: texts are cut where clients cut, and each cut is reported with both lengths', async t => {
  const long: Dossier = {
    ...base,
    summary: 'ệ'.repeat(1001),
    note: 'x'.repeat(2500),
    documents: [{ name: 'á'.repeat(4001), url: 'https://motcua.example.vn/1' }],
    results: [{ name: 'b'.repeat(2001), code: 'KQ', url: 'https://motcua.example.vn/2' }],
    otherAttachments: [{ name: 'c'.repeat(2000) }]
  }
  const result = mapped({ dossier: long })
  const sent = national(long)
  t.equal(sent.TrichYeuHoSo, 'ệ'.repeat(995) + '...')
  t.equal(String(sent.GhiChu).length, 2000)
  t.equal(String((sent.TaiLieuNop as Node[])[0]?.TenTepDinhKem).length, 4000)
  t.equal(String((sent.DanhSachGiayToKetQua as Node[])[0]?.TenGiayTo).length, 2000)
  t.equal((sent.DanhSachTepDinhKemKhac as Node[])[0]?.TenGiayTo, 'c'.repeat(2000))
  t.strictSame(findingCodes(result), [
    'warning shortened /summary', 'warning shortened /note', 'warning shortened /documents/0/name', 'warning shortened /results/0/name'
  ])
  t.match(result.findings[0]?.message, /1001 .* 998 /)
  t.match(result.findings[0]?.messageEn, /1001 .* 998 /)
})

t.test('23: an officer\'s name is cut to 46 characters and dots', async t => {
  const [step] = fixture('progress-two-chunks').steps
  if (step === undefined) return t.fail('no step')
  const result = mapped({ steps: [{ ...step, officer: { name: 'Ế'.repeat(51) } }] })
  t.equal((result.calls[1]?.message as Node[])[0]?.NguoiXuLy, 'Ế'.repeat(46) + '...')
  t.strictSame(findingCodes(result), ['warning shortened /progress/0/officer/name'])
})

t.test('24: NoiDungXuLy is never null', async t => {
  const { calls } = mapped(fixture('progress-two-chunks'))
  for (const call of calls.slice(1)) for (const step of call.message as Node[]) t.type(step.NoiDungXuLy, 'string')
})

t.test('25: what is absent is "" or [] or left out, and never null', async t => {
  const { calls } = mapped(fixture('create-minimal'))
  const [sent] = calls[0]?.message as Node[]
  t.notMatch(JSON.stringify(sent), /null/)
  for (const date of ['NgayHenTra', 'NgayTra', 'NgayKetThucXuLy', 'NgayTuChoi', 'NgayNopHoSo']) t.equal(sent?.[date], '')
})

t.test('26: a passport or a tax code becomes no made-up identity', async t => {
  const identities = [{ type: 'passport' as const, number: 'C1234567' }, { type: 'citizen-id' as const, number: '066199000001' }]
  const changed = applicant({ identities })
  t.strictSame(national(changed).DinhDanhCHS, [{ LoaiDinhDanh: '1', SoDinhDanh: '066199000001' }])
  t.strictSame(findingCodes(mapped({ dossier: { ...base, ...changed } })), ['warning identity-without-national-code /applicant/identities/0'])
  t.strictSame(national(applicant({ identities: [] })).DinhDanhCHS, [])
})

t.test('27: no status is folded into another', async t => {
  const sent = (['supplement-requested', 'payment-requested', 'stopped', 'finished'] as const).map(status => national({ status }).TrangThaiHoSo)
  t.strictSame(sent, ['5', '6', '8', '9'])
})

t.test('28: without a result no submitted file is sent as one, and none is called reused', async t => {
  const sent = national({ documents: [{ name: 'Đơn.pdf', url: 'https://motcua.example.vn/1' }] })
  t.strictSame(sent.DanhSachGiayToKetQua, [])
  t.notOk('DuocTaiSuDung' in ((sent.TaiLieuNop as Node[])[0] ?? {}))
})

t.test('29: a file that is not digitised does not make the dossier so', async t => {
  const dossier = without({ ...base, documents: [{ name: 'a', url: 'https://motcua.example.vn/1', digitised: false }] }, 'digitised')
  const [sent] = mapped({ dossier }).calls[0]?.message as Node[]
  t.equal((sent?.TaiLieuNop as Node[])[0]?.DuocSoHoa, '0')
  t.notOk('HoSoCoThanhPhanSoHoa' in (sent ?? {}))
  t.equal(national({ digitised: false }).HoSoCoThanhPhanSoHoa, '0')
})

t.test('30: an unpaid fee is "3" when the province says so, and nothing when it says nothing', async t => {
  t.equal(national({ onlinePayment: 'not-online' }).DuocThanhToanTrucTuyen, '3')
  const result = mapped({ dossier: without(base, 'onlinePayment') })
  t.notOk('DuocThanhToanTrucTuyen' in ((result.calls[0]?.message as Node[])[0] ?? {}))
  t.strictSame(findingCodes(result), ['scoring online-payment-unknown /onlinePayment'])
})

t.test('31: the filing time is not filled from the reception time', async t => {
  const [sent] = mapped({ dossier: without(base, 'submittedAt') }).calls[0]?.message as Node[]
  t.equal(sent?.NgayNopHoSo, '')
  t.equal(sent?.NgayTiepNhan, '20261104090000')
})

t.test('33: applicants are 1 to 4, as generations A and B count', async t => {
  const kinds = (['citizen', 'enterprise', 'state-agency', 'organisation'] as const).map(kind => national(applicant({ kind })).LoaiDoiTuong)
  t.strictSame(kinds, ['1', '2', '3', '4'])
})

t.test('39, 40: files go as the links that were pushed, volatile parameters and all', async t => {
  const [file] = national({}).TaiLieuNop as Node[]
  t.equal(file?.DuongDanTaiTepTin, 'https://motcua.example.vn/tep/501?t=1762221300')
})

t.test('42: times are the wall clock of Việt Nam whatever zone they came in', async t => {
  for (const receivedAt of ['2026-11-04T17:30:00Z', '2026-11-05T00:30:00+07:00', '2026-11-04T12:30:00-05:00']) {
    t.equal(national({ receivedAt }).NgayTiepNhan, '20261105003000')
  }
})

t.test('43: hours are counted to 24', async t => {
  t.equal(national({ receivedAt: '2026-11-04T15:30:00+07:00' }).NgayTiepNhan, '20261104153000')
})

t.test('55: no step is made up for reception or completion', async t => {
  t.equal(mapped({ ...fixture('update-with-result'), steps: [] }).calls.length, 1)
})
