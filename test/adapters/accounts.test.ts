// Units of one province with accounts of their own: logins and sessions apart, and a wrong password stops one of them.
import t, { type Test } from 'tap'
import { createCodeBook } from '../../src/codes/book.js'
import { activateAdapters, closeAdapter } from '../../src/adapters/activate.js'
import { withAccountOf } from '../../src/adapters/accounts.js'
import { ConfigError } from '../../src/base/problem.js'
import type { SandboxSettings } from '../../src/sandbox/settings.js'
import { aDossier } from '../support/dossiers.js'
import { portalSettings, startGateway, startSandbox, until, type TestGateway } from '../support/gateway.js'
import type { ActiveAdapter } from '../../src/adapters/active-adapter.js'

const P = 'ADAPTER_NATIONAL_PORTAL_'
const UNITS = {
  [`${P}UNITS`]: 'H15.14,000.00.18.H15',
  [`${P}UNITS_H15_14_USERNAME`]: 'so-nn',
  [`${P}UNITS_H15_14_PASSWORD`]: 'pw-14',
  [`${P}UNITS_H15_14_UNIT_CODE`]: '000.00.14.H15',
  [`${P}UNITS_000_00_18_H15_USERNAME`]: 'so-yt',
  [`${P}UNITS_000_00_18_H15_PASSWORD`]: 'pw-18',
  [`${P}UNITS_000_00_18_H15_UNIT_CODE`]: '000.00.18.H15'
}
const ACCOUNTS: SandboxSettings['accounts'] = [
  { username: '000.00.00.H15', password: 'sandbox' }, { username: 'so-nn', password: 'pw-14' }, { username: 'so-yt', password: 'pw-18' }
]

async function withUnits (t: Test, accounts: SandboxSettings['accounts']): Promise<{ gateway: TestGateway, calls: (code: string) => Array<Record<string, unknown>> }> {
  const { sandbox, url } = await startSandbox(t)
  sandbox.settings.change({ accounts })
  const gateway = await startGateway(t, { adapterSettings: { ...portalSettings(url), ...UNITS } })
  const calls = (code: string): Array<Record<string, unknown>> =>
    sandbox.log.list({ service: 'DongBoHoSoMC', code, after: 0, limit: 100 }).map(({ call }) => ({ session: call.session, madonvi: call.envelope?.['madonvi'] }))
  return { gateway, calls }
}

const at = (agency: string, code: string): ReturnType<typeof aDossier> => aDossier({ code, agency: { code: agency, name: 'Đơn vị mẫu' } })
const [DEPARTMENT, BELOW, OTHER, ELSEWHERE] = ['000.00.14.H15-261104-0001', '000.02.14.H15-261104-0001', '000.00.18.H15-261104-0001', '000.00.20.H15-261104-0001']

t.test('each unit\'s dossiers go with its own login, session and code; all others with the province\'s', async t => {
  const { gateway, calls } = await withUnits(t, ACCOUNTS)
  for (const dossier of [at('000.00.14.H15', DEPARTMENT), at('H15.14.02', BELOW), at('H15.18', OTHER), at('H15.20', ELSEWHERE)]) t.equal((await gateway.push(dossier)).statusCode, 202)
  await gateway.settled()
  const all = [DEPARTMENT, BELOW, OTHER, ELSEWHERE].map(code => calls(code)[0])
  t.match(all, [{ madonvi: '000.00.14.H15' }, { madonvi: '000.00.14.H15' }, { madonvi: '000.00.18.H15' }, { madonvi: '000.00.00.H15' }])
  const sessions = all.map(call => call?.['session'])
  t.equal(new Set(sessions).size, 3, 'three accounts, three sessions')
  t.equal(sessions[0], sessions[1], 'a unit below shares that of the unit above it')
  t.match(JSON.parse((await gateway.call({ url: '/v1/adapters' })).body).adapters[0], { units: ['H15.14', '000.00.18.H15'] })
})

t.test('a unit\'s wrong password stops that unit, and no other; the test of the adapter names it', async t => {
  const { gateway, calls } = await withUnits(t, ACCOUNTS.filter(({ username }) => username !== 'so-yt'))
  for (const dossier of [at('H15.18', OTHER), at('H15.14', DEPARTMENT), at('H15.20', ELSEWHERE)]) await gateway.push(dossier)
  const state = async (code: string): Promise<{ state: string, lastFailure: { code: string } | null }> =>
    JSON.parse((await gateway.call({ url: `/v1/dossiers/${code}` })).body).deliveries[0]
  await until(async () => (await Promise.all([DEPARTMENT, ELSEWHERE].map(state))).every(one => one.state === 'delivered'))
  await until(async () => (await state(OTHER)).state === 'retrying')
  t.match(await state(OTHER), { lastFailure: { code: 'login-refused', cure: /mật khẩu/ } })
  t.strictSame(calls(OTHER), [])
  const { body } = await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/test' })
  t.match(JSON.parse(body), { ok: false, units: [{ unit: 'H15.14', ok: true }, { unit: '000.00.18.H15', ok: false, code: 'login-refused' }] })
  t.match(await gateway.services.db.selectFrom('audit_entries').select('details').where('action', '=', 'adapter.tested').executeTakeFirstOrThrow(), { details: { failedUnits: ['000.00.18.H15'] } })
  // Nothing of it may keep the test waiting.
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
})

async function activated (t: Test, settings: Record<string, string>): Promise<ActiveAdapter> {
  const adapter = (await activateAdapters({ environment: { ...portalSettings('http://127.0.0.1:1'), ...settings }, wanted: ['national-portal'] })).get('national-portal')
  if (adapter === undefined) throw new Error('it is not active')
  t.teardown(() => closeAdapter(adapter))
  return adapter
}

t.test('a merged unit\'s dossiers go with its successor\'s account', async t => {
  const adapter = await activated(t, UNITS)
  const rows = [
    { table: 'agency', local: 'H45.14', partner: '000.00.14.H45', name: null, validFrom: null, validTo: '2025-07-01', successor: 'H15.14' },
    { table: 'agency', local: 'H15.14', partner: '000.00.14.H15', name: null, validFrom: null, validTo: null, successor: null }
  ]
  const book = createCodeBook({ tables: adapter.manifest.codeTables ?? {}, seeds: adapter.codes, rows })
  const unitOf = (agency: string, on: string): string | undefined => withAccountOf(adapter, { dossier: { agency: { code: agency, name: 'x' } }, book, on }).account
  t.strictSame([unitOf('000.00.14.H45', '2026-11-04'), unitOf('000.00.14.H45', '2025-06-30'), unitOf('H45.99', '2026-11-04')], ['H15.14', undefined, undefined])
})

t.test('a unit that is no agency, is listed twice, lacks its own password or has a setting too many stops the boot', async t => {
  const problems = async (changes: Record<string, string | undefined>): Promise<readonly string[]> => {
    const settings = Object.entries({ ...UNITS, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return activated(t, Object.fromEntries(settings)).then(() => [], (error: unknown) => {
      if (error instanceof ConfigError) return error.problems
      throw error
    })
  }
  t.strictSame(await problems({}), [])
  t.match(await problems({ [`${P}UNITS_H15_14_PASSWORD`]: undefined }), [/^ADAPTER_NATIONAL_PORTAL_UNITS_H15_14_PASSWORD: missing/])
  t.match(await problems({ [`${P}UNITS`]: 'H15.14,000.00.18.H15,000.00.14.H15' }), [/000\.00\.14\.H15 is listed twice/, /missing/, /missing/, /missing/])
  t.match((await problems({ [`${P}UNITS`]: 'H15.14,000.00.18.H15,sở' }))[0], /"sở" is no agency code/)
  t.match(await problems({ [`${P}UNITS_H15_14_BASE_URL`]: 'http://h' }), [/UNITS_H15_14_BASE_URL: unknown setting/])
  t.match(await problems({ [`${P}UNITS_H15_99_PASSWORD`]: 'x' }), [/UNITS_H15_99_PASSWORD: unknown setting/])
})
