// What would refuse a push to /v1 is a stored finding here; nothing that was sent is lost; what cannot be a dossier is refused whole.
import t from 'tap'
import { goldenFiles, readGolden } from '../../dossier/review/golden.js'
import { createClientA, type Answered, type Message } from './client-a.js'
import { anItem, CLIENT, received, receivedSteps, someSteps, startDropIn, UNIT } from './support.js'

const gateway = await startDropIn(t)
const { sandbox, services: { db } } = gateway
const portal = createClientA({ base: `${gateway.url}/national-portal`, username: CLIENT, password: gateway.key, madonvi: UNIT })

interface Note { revision: number, service: string, findings: Array<{ code: string, severity: string, pointer: string }>, extensions: string[] }

const create = async (...data: Message[]): Promise<Answered | null> => await portal.call('DongBoHoSoMC', { isUpdating: 'False', data })

async function notesOf (code: string): Promise<Note[]> {
  return (await gateway.call({ url: `/v1/dossiers/${code}` })).json<{ intakeNotes: Note[] }>().intakeNotes
}

const found = (note: Note | undefined, severity: string): string[] =>
  (note?.findings ?? []).filter(finding => finding.severity === severity).map(({ code, pointer }) => `${code} ${pointer}`).sort()

t.test('unknown members are kept with the revision, named, and not sent', async t => {
  const item = anItem()
  const [document] = item['TaiLieuNop'] as [Message]
  const odd = { ...item, TruongMoi: { a: [1, 'Nguyễn Thị Mẫu'] }, 'x/\u0000\ud800': 0, TaiLieuNop: [{ ...document, KyHieu: 'x\u0000' }] }
  t.match(await create(odd), { error_code: 0 })
  await gateway.settled()
  t.strictSame(received(sandbox, item.MaHoSo), item)
  const [note] = await notesOf(item.MaHoSo)
  t.strictSame(note?.extensions.toSorted(), ['/TaiLieuNop/0/KyHieu', '/TruongMoi', '/x~1\uFFFD\uFFFD'])
  t.ok(found(note, 'warning').includes('member-unknown /TruongMoi') && found(note, 'warning').includes('member-unknown /TaiLieuNop/0/KyHieu'))
  const row = await db.selectFrom('intake_notes as n').innerJoin('dossiers as x', 'x.id', 'n.dossier_id').where('x.code', '=', item.MaHoSo).select('n.extensions').executeTakeFirstOrThrow()
  t.strictSame([...row.extensions as Array<{ pointer: string }>].sort((one, other) => one.pointer < other.pointer ? -1 : 1), [
    { pointer: '/TaiLieuNop/0/KyHieu', value: 'x\uFFFD' }, { pointer: '/TruongMoi', value: { a: [1, 'Nguyễn Thị Mẫu'] } }, { pointer: '/x~1\uFFFD\uFFFD', value: 0 }
  ])
  t.notMatch((await gateway.call({ url: `/v1/dossiers/${item.MaHoSo}` })).body, 'Nguyễn Thị Mẫu')
})

t.test('clear values of another type are sent in the contract\'s; null is absence', async t => {
  const item = anItem()
  const [fee] = item['DanhSachLePhi'] as [Message]
  const [document] = item['TaiLieuNop'] as [Message]
  t.match(await create({
    ...item,
    TrangThaiHoSo: 2,
    NgayTiepNhan: 20261104090000,
    HoSoCoThanhPhanSoHoa: true,
    NgayTuChoi: null,
    MaDoiTuong: null,
    DanhSachLePhi: [{ ...fee, Gia: 150000, MaPhiLePhi: 1 }],
    TaiLieuNop: [{ ...document, IsDeleted: false }]
  }), { error_code: 0 })
  await gateway.settled()
  t.strictSame(received(sandbox, item.MaHoSo), { ...item, MaDoiTuong: '', DanhSachLePhi: [{ ...fee, MaPhiLePhi: '1' }] })
  const [note] = await notesOf(item.MaHoSo)
  t.strictSame(note?.extensions, [])
  t.strictSame(found(note, 'warning').filter(text => text.startsWith('value-rewritten')), [
    '/DanhSachLePhi/0/Gia', '/DanhSachLePhi/0/MaPhiLePhi', '/HoSoCoThanhPhanSoHoa', '/NgayTiepNhan', '/TaiLieuNop/0/IsDeleted', '/TrangThaiHoSo'
  ].map(pointer => `value-rewritten ${pointer}`))
})

t.test('what cannot be read is kept beside the dossier, which goes without it', async t => {
  const item = anItem()
  const [document] = item['TaiLieuNop'] as [Message]
  t.match(await create({
    ...item,
    NgayHenTra: '2026-11-11T17:00:00',
    KenhThucHien: '9',
    HoSoCoThanhPhanSoHoa: 'có',
    SoGiayToChuHoSo: 'số 12 (mất)',
    DinhDanhCHS: [{ LoaiDinhDanh: '1', SoDinhDanh: '?' }, { LoaiDinhDanh: '1', SoDinhDanh: '099000000001' }],
    TaiLieuNop: ['một tệp', { ...document, DuongDanTaiTepTin: 'JVBERi0xLjQ=' }, document],
    DanhSachTepDinhKemKhac: { TenGiayTo: 'x' }
  }), { error_code: 0 })
  await gateway.settled()
  t.strictSame(received(sandbox, item.MaHoSo), without({ ...item, NgayHenTra: '', SoGiayToChuHoSo: '' }, 'KenhThucHien', 'HoSoCoThanhPhanSoHoa'))
  const [note] = await notesOf(item.MaHoSo)
  t.strictSame([...note?.extensions ?? []].sort(), ['/DanhSachTepDinhKemKhac', '/DinhDanhCHS/0', '/HoSoCoThanhPhanSoHoa', '/KenhThucHien', '/NgayHenTra', '/SoGiayToChuHoSo', '/TaiLieuNop/0', '/TaiLieuNop/1'])
  t.strictSame(found(note, 'error').filter(text => /set-aside|national/.test(text)), [
    'national-code-unknown /KenhThucHien', 'national-date-invalid /NgayHenTra',
    'value-set-aside /DanhSachTepDinhKemKhac', 'value-set-aside /HoSoCoThanhPhanSoHoa', 'value-set-aside /TaiLieuNop/0'
  ])
})

function without (item: Message, ...names: string[]): Message {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)))
}

t.test('what a review refuses at /v1 is accepted, sent as it is, and noted at the portal\'s member', async t => {
  const item = anItem({ NgayHenTra: '20261001170000' })
  t.match(await create(item), { error_code: 0 })
  await gateway.settled()
  t.strictSame(received(sandbox, item.MaHoSo), item)
  t.strictSame(found((await notesOf(item.MaHoSo))[0], 'error'), ['due-before-receipt /NgayHenTra'])
})

t.test('isUpdating that says nothing: new where it is not there, an update where it is', async t => {
  const item = anItem()
  t.match(await portal.call('DongBoHoSoMC', { data: [item] }), { error_code: 0 })
  t.match(await portal.call('DongBoHoSoMC', { isUpdating: 1, data: [{ ...item, GhiChu: 'x' }] }), { error_code: 0 })
  t.match(await portal.call('DongBoHoSoMC', { isUpdating: true, data: [{ ...item, GhiChu: 'y' }] }), { error_code: 0 })
  await gateway.settled()
  t.match(received(sandbox, item.MaHoSo), { GhiChu: 'y' })
  t.strictSame((await notesOf(item.MaHoSo)).map(note => note.findings.some(({ code }) => code === 'is-updating-unclear')), [false, true, true])
})

t.test('a dossier that cannot be one is refused with the reason, and the whole call with it', async t => {
  const [good, bad] = [anItem(), anItem({ TenTTHC: '', ChuHoSo: null })]
  const answer = await create(good, bad)
  t.match(answer, { error_code: 3, message: /^Dữ liệu không hợp lệ: .*data\[1\]\.(TenTTHC|ChuHoSo)/ })
  t.notMatch(answer?.message, /thành công|đã tồn tại|Nguyễn/)
  const known = anItem()
  await create(known)
  t.match(await create(good, known), { error_code: -3, message: `Hồ sơ ${known.MaHoSo} đã tồn tại` })
  t.match(await create({ ...good, TrichYeuHoSo: 'x\ud800' }), { error_code: 3, message: /data\[0\]\.TrichYeuHoSo/ })
  t.match(await create({ ...good, TrangThaiHoSo: '0' }), { error_code: 3, message: 'Dữ liệu không hợp lệ: data[0].TrangThaiHoSo Bảng mã "status" không có mã quốc gia này' })
  t.equal((await gateway.call({ url: `/v1/dossiers/${good.MaHoSo}` })).statusCode, 404)
  t.match(await create(good, anItem()), { error_code: 0 }, 'several good ones are taken together')
})

t.test('steps: a null content is refused, an unknown dossier too, a strange member is kept, and the status stays the dossier\'s', async t => {
  const item = anItem()
  const [first, second] = someSteps(item.MaHoSo) as [Message, Message]
  t.match(await portal.report(first), { error_code: -3, message: /không tồn tại/ })
  await create(item)
  t.match(await portal.report(first, { ...second, NoiDungXuLy: null }), { error_code: 3, message: 'Dữ liệu không hợp lệ: data[1].NoiDungXuLy bắt buộc phải có' })
  t.match(await portal.report({ ...second, ThoiDiemXuLy: '' }), { error_code: 3, message: /data\[0\]\.ThoiDiemXuLy/ })
  t.match(await portal.report({ ...first, GhiChuBuoc: 'x' }, { ...second, NgayBatDau: 'hôm qua' }), { error_code: 0 })
  await gateway.settled()
  t.strictSame(receivedSteps(sandbox, item.MaHoSo), [first, { ...second, NgayBatDau: '' }])
  t.match(received(sandbox, item.MaHoSo), { TrangThaiHoSo: '2' })
  const [note] = await notesOf(item.MaHoSo)
  t.match(note, { revision: 2, service: 'CapNhatTienDoHoSoMC', extensions: ['/GhiChuBuoc', '/NgayBatDau'] })
  t.strictSame(note?.findings.map(({ code }) => code), ['member-unknown', 'national-date-invalid', 'step-status-differs'])
})

t.test('what only the store can tell, exactly', async t => {
  const [golden = []] = goldenFiles('test/operations/accept').map(file => readGolden(file))
  const item = anItem()
  await portal.call('DongBoHoSoMC', { isUpdating: 'True', data: [item] })
  await portal.report(...someSteps(item.MaHoSo))
  const codes = ['step-status-differs', 'update-of-unknown']
  const told = (await notesOf(item.MaHoSo)).flatMap(({ findings }) => findings).filter(({ code }) => codes.includes(code))
  t.strictSame(told, golden.flatMap(({ findings }) => findings))
})
