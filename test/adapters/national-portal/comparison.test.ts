// What TraCuuHoSo says, against what we sent.
import t from 'tap'
import { differencesAt } from '../../../adapters/national-portal/comparison.js'

const answer = (result: unknown): Parameters<typeof differencesAt>[1] => ({ status: 200, headers: {}, text: JSON.stringify({ error_code: 0, message: '', result }) })
const SENT = [{ MaHoSo: 'A', TrangThaiHoSo: '9', NgayTra: '', ChuHoSo: 'Y Thử', TaiLieuNop: [] }]

t.test('members of both sides are compared, whatever the case of their names; lists are not', async t => {
  t.strictSame(differencesAt(SENT, answer([{ MAHOSO: 'A', TRANGTHAIHOSO: 9, NGAYTRA: null, ChuHoSo: 'Y Thử'.normalize('NFD'), TaiLieuNop: [1] }])), [])
  t.strictSame(differencesAt(SENT, answer([{ TrangThaiHoSo: '4', NgayTra: '20261104090000' }])), ['TrangThaiHoSo', 'NgayTra'])
})

t.test('an answer that says no more than that it is there cannot be compared', async t => {
  for (const result of [[{ MaHoSo: 'A' }], [{}], ['A'], [{ Khac: '1' }]]) t.equal(differencesAt(SENT, answer(result)), null)
  t.equal(differencesAt('x', answer([{ TrangThaiHoSo: '4' }])), null)
})

t.test('an answer inside an answer, as wrappers give it, is read', async t => {
  const inner = JSON.stringify({ result: [{ TrangThaiHoSo: '4' }] })
  t.strictSame(differencesAt(SENT, { status: 200, headers: {}, text: JSON.stringify({ error_code: '0', message: inner }) }), ['TrangThaiHoSo'])
})
