// The demo's own reading of the contract must find what is right, and agree with the adapter's golden messages.
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { isRefused, nationalDossier, nationalStep } from '../../demo/expected.js'
import type { Dossier, ProgressStep } from '../../src/model/dossier-types.js'
import { aDossier, aStep } from '../support/dossiers.js'

t.test('times are wall clock of Hà Nội, absent texts and lists are empty, absent codes are left out', async t => {
  const { channel: _, digitised: __, dueAt: ___, ...rest } = aDossier()
  const national = nationalDossier({ ...rest, receivedAt: '2026-11-03T17:05:09.900Z' })
  t.match(national, { NgayTiepNhan: '20261104000509', NgayHenTra: '', DanhSachLePhi: [], ThongTinKhac: '' })
  t.notOk('KenhThucHien' in national || 'HoSoCoThanhPhanSoHoa' in national || 'SoBienNhan' in national)
})

t.test('text goes out composed, and long text is cut to three dots', async t => {
  t.equal(nationalDossier(aDossier({ summary: 'Đăng ký đất đai'.normalize('NFD') })).TrichYeuHoSo, 'Đăng ký đất đai')
  t.equal(nationalDossier(aDossier({ summary: 'ơ'.repeat(1001) })).TrichYeuHoSo, `${'ơ'.repeat(995)}...`)
  t.equal(nationalDossier(aDossier({ summary: 'ơ'.repeat(1000) })).TrichYeuHoSo, 'ơ'.repeat(1000))
  t.equal(nationalStep('A', aStep({ officer: { name: 'ơ'.repeat(51) } })).NguoiXuLy, `${'ơ'.repeat(46)}...`)
})

t.test('identities without a national code are not sent', async t => {
  const applicant = { name: 'A', kind: 'citizen', identityNumber: 'M0000171', identities: [{ type: 'passport', number: 'M0000171' }, { type: 'old-citizen-id', number: '022000311' }] } as const
  t.match(nationalDossier(aDossier({ applicant: { ...applicant, identities: [...applicant.identities] } })), { SoGiayToChuHoSo: 'M0000171', DinhDanhCHS: [{ LoaiDinhDanh: '2', SoDinhDanh: '022000311' }] })
})

t.test('a result without its link, and a paper reused without its result\'s code, are refused; nothing else is', async t => {
  const paper = { name: 'A.pdf', url: 'https://hoso.example.vn/1' }
  t.notOk(isRefused(aDossier({ results: [{ name: 'A', url: paper.url }], documents: [paper, { ...paper, reuse: 'component' }] })))
  t.notOk(isRefused(aDossier({ documents: [{ ...paper, reuse: 'result', replacementResultCode: 'KQ.G15.000001' }] })))
  t.ok(isRefused(aDossier({ results: [{ name: 'A' }] })))
  t.ok(isRefused(aDossier({ documents: [{ ...paper, reuse: 'result' }] })))
})

const FIXTURES = new URL('../../adapters/national-portal/fixtures/', import.meta.url)

interface WireRequest {
  body: { service: string, data: unknown[] }
}

t.test('agrees with the golden messages of the adapter', async t => {
  for (const name of readdirSync(FIXTURES).filter(file => file.endsWith('.canonical.json'))) {
    const { dossier, steps } = read<{ dossier: Dossier, steps: ProgressStep[] }>(name)
    // What was filed at the portal goes by another message, and the demo has nothing of the kind.
    if (dossier.origin !== undefined) continue
    const requests = read<WireRequest[]>(name.replace('.canonical.', '.wire.'))
    const data = (service: string): unknown[] => requests.filter(({ body }) => body.service === service).flatMap(({ body }) => body.data)
    t.same(data('DongBoHoSoMC'), [nationalDossier(dossier)], name)
    const inOrder = steps.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt))
    t.same(data('CapNhatTienDoHoSoMC'), inOrder.map(step => nationalStep(dossier.code, step)), name)
  }
})

function read<T> (name: string): T {
  return JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8')) as T
}
