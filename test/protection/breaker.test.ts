// A partner that is out of order: calls stop for all, one at a time shows when it is back, and nobody has to do anything.
import { sql } from 'kysely'
import t from 'tap'
import { until } from '../support/gateway.js'
import { inTurn, openStand, say } from '../operations/deliver/stand.js'

t.setTimeout(90_000)
const SETTINGS_ONE = { ADAPTER_FIRST_RETRY_DELAYS_SECONDS: '0.1', ADAPTER_FIRST_BREAKER_FAILURES: '3', ADAPTER_FIRST_BREAKER_PROBE_SECONDS: '0.5,1' }
const SETTINGS = { ...SETTINGS_ONE, ADAPTERS: 'first,second', ADAPTER_SECOND_RETRY_DELAYS_SECONDS: '5' }
interface Shown { id: string, targets: Array<{ unit: string, open: boolean, code: string, probes: number }> }

t.test('outages in a row open it, one attempt at a time is made, and an answer closes it', async t => {
  const { partner, gateway, aCase } = await openStand(t, { ...SETTINGS, ADAPTER_SECOND_BASE_URL: 'http://127.0.0.1:9' })
  const cases = Array.from({ length: 12 }, () => aCase())
  const down = say('', 503)
  for (const one of cases) await one.push({ 'dossier/create': down })
  const target = async (): Promise<Shown['targets']> => {
    const { adapters } = (await gateway.call({ url: '/v1/adapters' })).json<{ adapters: Shown[] }>()
    return adapters.find(({ id }) => id === 'first')?.targets ?? []
  }
  await until(async () => (await target()).length === 1)
  t.match(await target(), [{ unit: '', code: 'http-503', since: /\+07:00$/, nextProbeAt: /\+07:00$/ }])
  await until(async () => (await gateway.call({ url: '/metrics' })).body.includes('lienthong_target_open{adapter="first",unit=""} 1\n'))
  await until(async () => ((await target())[0]?.probes ?? 0) >= 2)
  t.match(await cases[5]?.shown(), { state: /queued|retrying/, waitsFor: 'breaker', nextAttemptAt: /\+07:00$/ })
  const before = partner.received.length
  t.ok(before <= 12, `${before} calls, and not a storm`)
  for (const one of cases) one.answer({})
  for (const one of cases) t.match(await one.reaches('delivered'), { state: 'delivered' })
  t.strictSame(await target(), [])
  t.match((await gateway.call({ url: '/metrics' })).body, /lienthong_attempts_total\{adapter="first",state="delivered"\} 12\n[^]*lienthong_lateness_seconds_count\{adapter="first"\} 12\n/)
  const audit = await gateway.services.db.selectFrom('audit_entries').select(['action', 'adapter']).where('action', 'like', 'target.%').where('adapter', '=', 'first').orderBy('id').execute()
  t.strictSame(audit.map(({ action }) => action), ['target.opened', 'target.closed'], 'said once, and once that it is over')
  const { count } = await gateway.services.db.selectFrom('standstills').select(sql<number>`count(*)::int`.as('count')).executeTakeFirstOrThrow()
  t.equal(count, 1, 'and its time counts toward no age')
})

t.test('the other adapter is not held up, and its own counter is its own', async t => {
  const { gateway, partner, aCase } = await openStand(t, { ...SETTINGS, ADAPTER_SECOND_BASE_URL: 'http://127.0.0.1:9' })
  const others = Array.from({ length: 4 }, () => aCase())
  // The second partner is never there; its breaker keeps the manifest's thousand.
  for (const one of others) await one.push()
  for (const one of others) await one.reaches('delivered')
  t.ok(partner.received.length >= 4)
  t.strictSame(await gateway.services.db.selectFrom('targets').select('adapter').where('opened_at', 'is not', null).where('adapter', '=', 'first').execute(), [])
})

t.test('a partner that asks for a slower pace is left alone by all for that time', async t => {
  const { aCase, partner } = await openStand(t, SETTINGS_ONE)
  const [first, second] = [aCase(), aCase()]
  await first.push({ 'dossier/create': inTurn(say('', 429, { 'retry-after': '2' }), say('ok')) })
  await until(() => partner.received.length === 1)
  await until(async () => (await first.shown()).state === 'retrying')
  await second.push()
  await second.reaches('delivered')
  const [asked = 0] = first.times()
  t.ok((second.times()[0] ?? 0) - asked >= 1900, 'also the one that had asked for nothing yet')
})

t.test('an operator has it tried now', async t => {
  const { gateway, aCase } = await openStand(t, { ...SETTINGS_ONE, ADAPTER_FIRST_BREAKER_PROBE_SECONDS: '3600' })
  const one = aCase()
  await one.push({ 'dossier/create': inTurn(say('', 503), say('', 503), say('', 503), say('ok')) })
  await until(async () => (await gateway.services.db.selectFrom('targets').select('adapter').where('opened_at', 'is not', null).execute()).length === 1)
  t.match((await gateway.call({ method: 'POST', url: '/v1/adapters/first/probe' })).json(), { id: 'first', probed: [''] })
  await one.reaches('delivered')
  t.match((await gateway.call({ method: 'POST', url: '/v1/adapters/first/probe' })).json(), { probed: [] }, 'nothing to try')
})
