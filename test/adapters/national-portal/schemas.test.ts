import t from 'tap'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { fixture, mapped, readJson, schema, settings } from './support.js'

type Message = Record<string, unknown>

const dossier = schema('dossier')
const progress = schema('progress')

function good (name: string, index = 0): Message {
  return (mapped(fixture(name)).calls[index]?.message as Message[])[0] as Message
}

t.test('the manifest keeps to its schema and its secrets have no default', async t => {
  const manifest = readJson<{ settings: Record<string, { sensitive?: boolean, default?: unknown }> }>('manifest.json')
  const validate = new Ajv2020({ strict: false, formats: { date: true, regex: true } }).compile(readJson<object>('../../schemas/adapter-manifest.json'))
  t.ok(validate(manifest), JSON.stringify(validate.errors))
  for (const setting of Object.values(manifest.settings)) t.notOk(setting.sensitive === true && setting.default !== undefined)
})

t.test('every code that the tables can give is one that the schema takes', async t => {
  const tables = readJson<Record<string, Record<string, string>>>('codes.json')
  const words = fixture('create-full').dossier
  for (const status of Object.keys(tables.status ?? {})) {
    const { calls } = mapped({ dossier: { ...words, status: status as NonNullable<typeof words.status> } })
    t.ok(dossier(calls[0]?.message), status)
  }
})

const DAMAGE: Record<string, Message> = {
  'a number where the portal wants text': { TrangThaiHoSo: 2 },
  'an unknown status': { TrangThaiHoSo: '11' },
  'the local placeholder status 0': { TrangThaiHoSo: '0' },
  'null for an absent date': { NgayTra: null },
  'an ISO date': { NgayTiepNhan: '2026-11-04T09:00:00+07:00' },
  'a day-first date': { NgayTiepNhan: '04/11/2026 09:00:00' },
  'a 13th month': { NgayTiepNhan: '20261304090000' },
  'no reception time': { NgayTiepNhan: '' },
  'a boolean instead of "1"': { HoSoCoThanhPhanSoHoa: true },
  'a summary of 1001 characters': { TrichYeuHoSo: 'ệ'.repeat(1001) },
  'a note of 2001 characters': { GhiChu: 'x'.repeat(2001) },
  'a local-only procedure': { MaTTHC: 'TS_lop1.000.00.00.H22' },
  'a member the portal does not know': { TrangThai: '2' },
  'lists that are null': { TaiLieuNop: null }
}

for (const [what, damage] of Object.entries(DAMAGE)) {
  t.test(`the dossier schema rejects ${what}`, async t => {
    t.ok(dossier([good('create-full')]))
    t.notOk(dossier([{ ...good('create-full'), ...damage }]))
  })
}

t.test('the dossier schema counts code points, so 1000 Vietnamese letters fit', async t => {
  t.ok(dossier([{ ...good('create-full'), TrichYeuHoSo: 'ệ'.repeat(1000) }]))
})

t.test('the dossier schema rejects two dossiers in one call, and none', async t => {
  t.notOk(dossier([good('create-full'), good('create-full')]))
  t.notOk(dossier([]))
  t.notOk(dossier(good('create-full')))
})

t.test('the dossier schema takes a generation A dossier without the B members, but not one without an A member', async t => {
  const [call] = mapped(fixture('create-full'), { EXTENDED_FIELDS: false }).calls
  t.ok(dossier(call?.message))
  const { HinhThuc: _, ...incomplete } = good('create-full')
  t.notOk(dossier([incomplete]))
})

t.test('the dossier schema rejects damage inside the lists', async t => {
  const file = (good('create-full').TaiLieuNop as Message[])[0]
  t.notOk(dossier([{ ...good('create-full'), TaiLieuNop: [{ ...file, IsDeleted: 'false' }] }]))
  t.notOk(dossier([{ ...good('create-full'), TaiLieuNop: [{ ...file, DuongDanTaiTepTin: 'JVBERi0xLjQ=' }] }]), 'a file is a link, not its content')
  const fee = (good('create-full').DanhSachLePhi as Message[])[0]
  t.notOk(dossier([{ ...good('create-full'), DanhSachLePhi: [{ ...fee, Gia: 75000 }] }]))
})

t.test('the progress schema rejects a step without content, an officer of 51 characters and a foreign member', async t => {
  const step = good('progress-two-chunks', 1)
  t.ok(progress([step]))
  t.notOk(progress([{ ...step, NoiDungXuLy: null }]))
  t.notOk(progress([{ ...step, NoiDungXuLy: '' }]))
  t.notOk(progress([{ ...step, NguoiXuLy: 'ê'.repeat(51) }]))
  t.notOk(progress([{ ...step, IDHoSo: '1' }]))
})

t.test('the answer schemas take what the contract shows', async t => {
  t.ok(schema('login-answer')({ error_code: 0, message: '', session: 'demo-session-0001' }))
  t.notOk(schema('login-answer')({ error_code: -1, message: 'Sai mật khẩu', session: '' }))
  t.ok(schema('answer')({ error_code: '-3', message: 'Hồ sơ đã tồn tại' }))
  t.ok(schema('answer')({ error_code: 0, message: '', result: [] }))
  t.notOk(schema('answer')({ message: 'không có mã' }))
})

t.test('the settings of the fixtures fill every required one', async t => {
  const { settings: known } = readJson<{ settings: Record<string, { required?: boolean, requiredFor?: Record<string, string[]> }> }>('manifest.json')
  for (const [name, { required, requiredFor }] of Object.entries(known)) {
    t.ok((required !== true && requiredFor?.GENERATION?.[0] !== 'a') || settings[name] !== undefined, name)
  }
})
