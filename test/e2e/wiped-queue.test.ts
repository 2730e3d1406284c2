// The queue may be lost whole: what was decided is rows, and every due lane is rung again (design §2.1).
import t from 'tap'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway, until } from '../support/gateway.js'
import { startPartner } from '../support/partner.js'
import { hasRedis, REDIS_MISSING, startRedis } from '../support/redis.js'
import { stopwatch } from '../support/clock.js'

t.setTimeout(120_000)
const skip = hasRedis() ? false : REDIS_MISSING
const WAITING = 500

const FIXTURES = new URL('../fixtures/adapters/', import.meta.url)

t.test('FLUSHALL with 500 waiting and one adapter paused: the others are delivered within 30 s, the paused one stays paused', { skip }, async t => {
  const redis = await startRedis(t)
  const [first, second] = [await startPartner(t), await startPartner(t)]
  const gateway = await startGateway(t, {
    redisUrl: redis.url,
    adaptersFolder: FIXTURES,
    adapterSettings: {
      ADAPTERS: 'first,second',
      ADAPTER_FIRST_BASE_URL: first.url,
      ADAPTER_SECOND_BASE_URL: second.url,
      ADAPTER_FIRST_CONCURRENCY: '1'
    }
  })
  let open: () => void = () => {}
  const gate = new Promise<void>(resolve => { open = resolve })
  first.answer((_request, response) => { void gate.then(() => response.end('ok')) })
  await gateway.call({ method: 'POST', url: '/v1/adapters/second/pause' })
  const pushing = Date.now()
  for (let n = 1; n <= WAITING; n++) await gateway.push(aDossier({ code: codeOf(n) }))
  // Thirty seconds on a machine that is free, where these pushes take less than three; else as long in proportion.
  const limit = Math.max(30_000, 10 * (Date.now() - pushing))
  const states = async (): Promise<Record<string, number>> => {
    const rows = await gateway.services.db.selectFrom('deliveries').select(eb => ['adapter', 'state', eb.fn.countAll<string>().as('count')]).groupBy(['adapter', 'state']).execute()
    return Object.fromEntries(rows.map(row => [`${row.adapter} ${row.state}`, Number(row.count)]))
  }
  await redis.client.flushall()
  const wiped = Date.now()
  open()
  await until(async () => (await states())['first delivered'] === WAITING, limit)
  t.ok(Date.now() - wiped < limit)
  t.strictSame(await states(), { 'first delivered': WAITING, 'second queued': WAITING })
  t.equal(second.received.length, 0, 'nothing was sent to the paused one')
  t.match((await gateway.call({ url: '/v1/adapters' })).json().adapters, [{ id: 'first', paused: null }, { id: 'second', paused: { by: 'client:bootstrap' } }])
  t.equal(new Set(first.received.map(({ body }) => body.code)).size, WAITING, 'each reached the partner')
})

t.test('Redis is away when a dossier is pushed: it is accepted at once, and delivered when Redis is back', { skip }, async t => {
  const redis = await startRedis(t)
  const gateway = await startGateway(t, { redisUrl: redis.url })
  await gateway.push(aDossier())
  await gateway.settled()
  await redis.stop()
  const passed = stopwatch()
  const pushed = await gateway.push(aDossier({ summary: 'Trong lúc Redis dừng' }))
  t.equal(pushed.statusCode, 202)
  t.ok(passed() < 2000, 'no wait for the queue')
  await until(async () => (await gateway.call({ url: '/readyz' })).statusCode === 503)
  await redis.start()
  await gateway.settled()
  t.equal(gateway.sandbox.store.dossier(codeOf(1))?.updates, 1)
  await until(async () => (await gateway.call({ url: '/readyz' })).statusCode === 200)
})
