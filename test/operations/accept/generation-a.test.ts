// A client that knows the portal alone works against the gateway with another base URL, and what it sends arrives there.
import { sql } from 'kysely'
import t from 'tap'
import { createClientA, isDone, type ClientA, type Message } from './client-a.js'
import { startGateway } from '../../support/gateway.js'
import { revokeKeys } from '../../../src/db/keys.js'
import { anItem, CLIENT, received, receivedSteps, someSteps, startDropIn, UNIT } from './support.js'

const gateway = await startDropIn(t)
const { sandbox, services: { db } } = gateway

const client = (base = '/national-portal', password = gateway.key): ClientA => createClientA({ base: gateway.url + base, username: CLIENT, password, madonvi: UNIT })

const GENERATION_B = ['KenhThucHien', 'SoGiayToChuHoSo', 'NgayNopHoSo', 'NgayTuChoi', 'NoiNopHoSo', 'HoSoCoThanhPhanSoHoa', 'TaiKhoanDuocXacThucVoiVNeID', 'DuocThanhToanTrucTuyen']

t.test('login, lookup, create, progress, update with a result: all arrives at the portal field for field', async t => {
  const portal = client()
  const item = anItem()
  t.ok(await portal.login())
  t.match(await portal.sync(item), { error_code: 0, message: /thành công/ })
  t.match(await portal.report(...someSteps(item.MaHoSo)), { error_code: 0, message: /thành công/ })
  await gateway.settled()
  t.strictSame(received(sandbox, item.MaHoSo), item)
  t.strictSame(receivedSteps(sandbox, item.MaHoSo), someSteps(item.MaHoSo))

  const update = {
    ...item,
    TrangThaiHoSo: '10',
    NgayKetThucXuLy: '20261110153000',
    NgayTra: '20261111093000',
    DanhSachGiayToKetQua: [{ TenGiayTo: 'Giấy chứng nhận mẫu.pdf', MaThanhPhanHoSo: '', GiayToId: '777', MaGiayToKetQua: 'KQ.G01.000001', DuongDanTepTinKetQua: 'https://mc.example.vn/files/777' }]
  }
  t.match(await portal.sync(update), { error_code: 0 }, 'the lookup found it, so it is an update')
  await gateway.settled()
  t.strictSame(received(sandbox, item.MaHoSo), update)
  t.match(sandbox.store.dossier(item.MaHoSo), { creates: 1, duplicatedCreates: 0, stepCount: 2, duplicatedSteps: 0 })
})

t.test('the smallest dossier that is known to work (contract §2.1.9) arrives with what it leaves out empty', async t => {
  const item = anItem({ DanhSachGiayToKetQua: [] })
  const scalars = Object.entries(item).filter(([name, value]) => typeof value === 'string' && !GENERATION_B.includes(name))
  const smallest = { ...Object.fromEntries(scalars), TaiLieuNop: item['TaiLieuNop'], DanhSachGiayToKetQua: [] }
  t.match(await client().sync(smallest), { error_code: 0 })
  await gateway.settled()
  t.strictSame(received(sandbox, item.MaHoSo), {
    SoGiayToChuHoSo: '', NgayNopHoSo: '', NgayTuChoi: '', DinhDanhCHS: [], DSKetNoiCSDL: [], DanhSachLePhi: [], DanhSachTepDinhKemKhac: [], DanhSachHoSoBoSung: [], ...smallest
  })
})

for (const base of ['/XrdAdapter/RestService/forward', '/VXPAdapter/RestService/forward']) {
  t.test(`the same below ${base}`, async t => {
    const item = anItem()
    t.match(await client(base).sync(item), { error_code: 0 })
    await gateway.settled()
    t.strictSame(received(sandbox, item.MaHoSo), item)
  })
}

t.test('a create of a known dossier is answered in the portal\'s words and makes no revision, whatever it says', async t => {
  const portal = client()
  const item = anItem()
  const create = async (dossier: Message): Promise<unknown> => await portal.call('DongBoHoSoMC', { isUpdating: 'False', data: [dossier] })
  t.match(await create(item), { error_code: 0 })
  const refusal = { error_code: -3, message: `Hồ sơ ${item.MaHoSo} đã tồn tại` }
  t.strictSame(await create(item), refusal)
  t.strictSame(await create({ ...item, TrichYeuHoSo: 'Khác' }), refusal)
  t.strictSame(await create(anItem({ MaHoSo: item.MaHoSo, GhiChu: 'x' })), refusal)
  await gateway.settled()
  t.match(await shown(item.MaHoSo), { revision: 1 })
})

t.test('of 20 creates at once one is accepted', async t => {
  const portal = client()
  const item = anItem()
  await portal.login()
  const answers = await Promise.all(Array.from({ length: 20 }, async () => await portal.call('DongBoHoSoMC', { isUpdating: 'False', data: [item] })))
  t.equal(answers.filter(isDone).length, 1)
  t.equal(answers.filter(answer => answer?.message?.includes('đã tồn tại')).length, 19)
  t.match(await shown(item.MaHoSo), { revision: 1 })
})

t.test('an update with the same content, and steps that were sent before, change nothing', async t => {
  const portal = client()
  const item = anItem()
  await portal.sync(item)
  await portal.report(...someSteps(item.MaHoSo))
  t.match(await portal.sync(item), { error_code: 0 })
  t.match(await portal.report(...someSteps(item.MaHoSo)), { error_code: 0 })
  await gateway.settled()
  t.match(await shown(item.MaHoSo), { revision: 2 })
  t.match(sandbox.store.dossier(item.MaHoSo), { stepCount: 2, duplicatedSteps: 0 })
})

t.test('an update of a dossier that the gateway never saw is accepted as new, and noted', async t => {
  const item = anItem()
  t.match(await client().call('DongBoHoSoMC', { isUpdating: 'True', data: [item] }), { error_code: 0 })
  await gateway.settled()
  t.strictSame(received(sandbox, item.MaHoSo), item)
  const [note] = (await shown(item.MaHoSo)).intakeNotes
  t.match(note, { revision: 1, service: 'DongBoHoSoMC', clientId: CLIENT, extensions: [] })
  t.match(note?.findings.at(-1), { code: 'update-of-unknown' })
})

t.test('a dossier from before the gateway is asked of the portal, whose silence is no "no"', async t => {
  const portal = client()
  const item = anItem()
  await direct(item)
  t.match(await portal.call('TraCuuHoSo', { mahoso: item.MaHoSo }), { error_code: 0, result: [{ MaHoSo: item.MaHoSo }] })
  t.match(await portal.call('TraCuuHoSo', { mahoso: '000.00.01.H99-261104-9999' }), { error_code: 0, result: [] })
  const { id } = sandbox.faults.add({ kind: 'status', status: 503, match: { service: 'TraCuuHoSo' } })
  const silent = await portal.call('TraCuuHoSo', { mahoso: '000.00.01.H99-261104-9998' })
  sandbox.faults.remove(id)
  t.match(silent, { error_code: -1, message: /chưa trả lời/ })
  t.notOk('result' in (silent ?? {}))
})

/** As the province did before there was a gateway. */
async function direct (item: Message): Promise<void> {
  const { ADAPTER_NATIONAL_PORTAL_BASE_URL: base = '' } = gateway.environment
  const before = createClientA({ base, username: '000.00.00.H15', password: 'sandbox', madonvi: UNIT })
  if (!isDone(await before.sync(item))) throw new Error('the sandbox did not take it')
}

t.test('the same client gives the same answers at the portal itself', async t => {
  const at = (base: string, account: { username: string, password: string }): ClientA => createClientA({ base, madonvi: UNIT, ...account })
  const portals = [
    at(String(gateway.environment['ADAPTER_NATIONAL_PORTAL_BASE_URL']), { username: '000.00.00.H15', password: 'sandbox' }),
    at(`${gateway.url}/national-portal`, { username: CLIENT, password: gateway.key })
  ]
  const told = await Promise.all(portals.map(async portal => {
    const item = anItem()
    const answers = [
      await portal.report(...someSteps(item.MaHoSo)),
      await portal.sync(item),
      await portal.call('DongBoHoSoMC', { isUpdating: 'False', data: [item] }),
      await portal.report(...someSteps(item.MaHoSo)),
      await portal.call('TraCuuHoSo', { mahoso: item.MaHoSo }),
      await portal.call('DongBoHoSoMC', { isUpdating: 'False', data: [] }),
      await portal.call('CapNhatTienDoHoSoMC', { data: [{ ...someSteps(item.MaHoSo)[0], NoiDungXuLy: null }] }),
      await portal.call('KhongCoDichVu', {})
    ]
    return answers.map(answer => ({
      done: isDone(answer),
      says: ['thành công', 'đã tồn tại'].filter(words => answer?.message?.includes(words)),
      rows: Array.isArray(answer?.result) ? answer.result.length : null
    }))
  }))
  t.strictSame(told[1], told[0])
})

t.test('calls that bring the same dossiers in another order wait for each other, and each is all or nothing', async t => {
  const portal = client()
  const items = [anItem(), anItem(), anItem()]
  await portal.call('DongBoHoSoMC', { isUpdating: 'False', data: items })
  const update = async (round: number): Promise<unknown> => {
    const data = items.map(item => ({ ...item, GhiChu: String(round) }))
    return await portal.call('DongBoHoSoMC', { isUpdating: 'True', data: round % 2 === 0 ? data : data.reverse() })
  }
  const answers = await Promise.all(Array.from({ length: 10 }, async (_, round) => await update(round)))
  t.strictSame(answers, answers.map(() => ({ error_code: 0, message: 'Đồng bộ thành công' })))
  await gateway.settled()
  t.equal(new Set(items.map(({ MaHoSo }) => (received(sandbox, MaHoSo) as Message)['GhiChu'])).size, 1, 'the last call won for all three')
})

t.test('a session of one API process holds at another', async t => {
  const other = await startGateway(t, { role: 'api', databaseUrl: String(gateway.environment['DATABASE_URL']), environment: { ADAPTER_NATIONAL_PORTAL_ACCEPT: 'a' } })
  const { session } = await (await fetch(`${gateway.url}/national-portal/mapi/login`, { method: 'POST', body: JSON.stringify({ username: CLIENT, password: gateway.key }) })).json() as { session: string }
  const response = await other.app.inject({ method: 'POST', url: '/national-portal/mapi/g', payload: { session, madonvi: UNIT, service: 'DongBoHoSoMC', isUpdating: 'False', data: [anItem()] } })
  t.match(response.json(), { error_code: 0 })
})

t.test('a session ends with its time, and a new login renews it; older ones live on beside it', async t => {
  const portal = client()
  await portal.login()
  await sql`update client_sessions set expires_at = now() - interval '1 second'`.execute(db)
  const over = await portal.call('TraCuuHoSo', { mahoso: 'x' })
  t.strictSame(over, { error_code: -1, message: 'Phiên làm việc không hợp lệ hoặc đã hết hạn' })
  t.ok(await portal.login())
  t.match(await portal.sync(anItem()), { error_code: 0 })
  const other = client()
  await other.login()
  t.match(await portal.call('LayDanhMucLinhVuc', {}), { error_code: 0 })
  t.equal((await db.selectFrom('client_sessions').select('token_hash').execute()).length, 2, 'ended ones are cleared')
})

t.test('no session, an invented one, and that of a revoked key are told alike', async t => {
  const item = anItem()
  const portal = client()
  for (const session of ['', 'x', 'a'.repeat(5000), 'ộ', "' or 1=1 --"]) {
    portal.pretend(session)
    t.match(await portal.call('DongBoHoSoMC', { isUpdating: 'False', data: [item] }), { error_code: -1, message: /hết hạn/ })
  }
  portal.forget()
  await portal.login()
  await revokeKeys(db, CLIENT)
  t.match(await portal.call('DongBoHoSoMC', { isUpdating: 'False', data: [item] }), { error_code: -1, message: /hết hạn/ })
  t.notOk(await portal.login())
  await sql`update client_keys set revoked_at = null where client_id = ${CLIENT}`.execute(db)
  t.equal((await gateway.call({ url: `/v1/dossiers/${item.MaHoSo}` })).statusCode, 404)
})

interface Shown { revision: number, intakeNotes: Array<{ findings: unknown[] }> }

async function shown (code: string): Promise<Shown> {
  return (await gateway.call({ url: `/v1/dossiers/${code}` })).json<Shown>()
}
