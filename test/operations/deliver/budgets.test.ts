// Budgets end what would else be retried for ever, and say so with a cure (design §2.8).
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { until } from '../../support/gateway.js'
import { inTurn, openStand, say } from './stand.js'

t.setTimeout(60_000)
// The second partner is never there: its deliveries stay open, and must not matter to the first.
const stand = openStand(t, {
  ADAPTERS: 'first,second',
  ADAPTER_SECOND_BASE_URL: 'http://127.0.0.1:9',
  ADAPTER_FIRST_RETRY_DELAYS_SECONDS: '0.3'
})

t.test('answers that only this dossier gets end it at their limit, and a redrive begins anew', async t => {
  const { gateway, aCase } = await stand
  const [broken, other] = [aCase(), aCase()]
  await broken.push({ 'dossier/create': say('lỗi máy chủ', 500) })
  await other.push()
  t.match(await other.reaches('delivered'), { attempts: 1 })
  t.match(await broken.reaches('failed'), {
    attempts: 3,
    lastFailure: { kind: 'transient', code: 'http-500', words: 'lỗi máy chủ', messageEn: /as often as is allowed/, message: /quá số lần/, cure: /redrive/, cureEn: /redrive/ }
  })
  broken.answer({})
  await gateway.call({ method: 'POST', url: '/v1/deliveries/redrive', payload: { state: 'failed' } })
  t.match(await broken.reaches('delivered'), { lastFailure: null }, 'nothing of the failure is left')
})

t.test('an outage costs no failures of the dossier, only age', async t => {
  const { gateway, aCase } = await stand
  const { push, reaches, paths } = aCase()
  await push({ 'dossier/create': say('', 502) })
  await until(() => paths().length >= 5)
  await sql`update deliveries set budget_from = clock_timestamp() - interval '169 hours' where adapter = 'first' and state <> 'delivered'`.execute(gateway.services.db)
  t.match(await reaches('failed'), { lastFailure: { code: 'http-502', message: /hết thời hạn/, messageEn: /time for retries/, cureEn: /redrive/ } })
})

t.test('a partner that cannot be reached ends no delivery before its age does, and holds up no other adapter', async t => {
  const { gateway, aCase } = await stand
  const { push, reaches, code } = aCase()
  await push()
  await reaches('delivered')
  const unreachable = async (): Promise<{ state: string, attempts: number, lastFailure: unknown }> => {
    const { deliveries } = (await gateway.call({ url: `/v1/dossiers/${code}` })).json()
    return deliveries.find(({ adapter }: { adapter: string }) => adapter === 'second')
  }
  await until(async () => (await unreachable()).attempts >= 5)
  t.match(await unreachable(), { state: /retrying|sending/, lastFailure: { kind: 'transient', code: 'unreachable', message: /\S/, cure: /\S/ } })
})

t.test('a partner that asks for a wait gets it, and no call meanwhile', async t => {
  const { push, reaches, times } = (await stand).aCase()
  await push({ 'dossier/create': inTurn(say('', 429, { 'retry-after': '2' }), say('ok')) })
  t.match(await reaches('delivered'), { attempts: 2 })
  const [first = 0, second = 0] = times()
  t.ok(second - first >= 1950, 'not before the two seconds are over')
})

t.test('a partner that asks for no wait at all is not called without end', async t => {
  const { push, answer, reaches, paths } = (await stand).aCase()
  await push({ 'dossier/create': say('', 503, { 'retry-after': '0' }) })
  await delay(1500)
  t.ok(paths().length <= 8, `${paths().length} calls in 1.5 s`)
  answer({})
  await reaches('delivered')
})

t.test('an answer that PostgreSQL cannot keep does not hold the delivery for ever', async t => {
  const { aCase } = await stand
  for (const body of ['có byte \u0000', 'x'.repeat(8191) + '😀']) {
    const { push, shown, paths } = aCase()
    await push({ 'dossier/create': say(body, 400) })
    await until(() => paths().length > 0)
    const ended = await until(async () => (await shown()).state === 'refused', 1500).then(() => true, () => false)
    t.ok(ended, 'it ends as the partner\'s refusal')
  }
})
