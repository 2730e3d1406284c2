// What only a Redis can do to us: go away, come back empty, and hold too much.
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import t from 'tap'
import { limitedLog } from '../../src/base/log.js'
import { until } from '../support/gateway.js'
import { createMigrated } from '../support/database.js'
import { hasRedis, REDIS_MISSING, startRedis } from '../support/redis.js'
import { openTestQueue, startHandling } from './support.js'
import { stopwatch } from '../support/clock.js'

t.setTimeout(60_000)
const skip = hasRedis() ? false : REDIS_MISSING

t.test('a worker outlives a stop of Redis and takes lanes again, and the log stays short meanwhile', { skip }, async t => {
  const redis = await startRedis(t)
  const lines: Array<{ event: string }> = []
  const log = limitedLog(pino({}, { write: text => { lines.push(JSON.parse(text) as { event: string }) } }))
  const { backend } = await openTestQueue(t, { databaseUrl: await createMigrated(t), redisUrl: redis.url, log })
  const handled = startHandling(t, backend, { adapter: 'first' })
  await backend.queues.ring('first', ['1'])
  await until(() => handled.lanes.length === 1)
  const stopped = Date.now()
  await redis.stop()
  await delay(500)
  const asked = stopwatch()
  await t.rejects(backend.queues.ring('first', ['2']), 'who rings is told')
  await t.rejects(backend.queues.counts('first'))
  await t.rejects(backend.queues.isArmed('first'))
  t.ok(asked() < 2000, 'and does not wait')
  await delay(2500)
  await redis.start()
  const back = stopwatch()
  await until(async () => backend.queues.ring('first', ['2', '3']).then(() => true, () => false))
  await until(() => handled.times('2') > 0 && handled.times('3') > 0)
  t.ok(back() < 10_000, 'within ten seconds')
  const seconds = Math.ceil((Date.now() - stopped) / 1000)
  t.ok(lines.length > 0 && lines.length <= seconds + 2, `${lines.length} lines in ${seconds} s`)
  t.match(new Set(lines.map(({ event }) => event)), new Set(['queue.store-error']))
  t.notOk(await backend.queues.isArmed('first'), 'it came back empty, which can be seen')
})

t.test('a queue of an adapter that was not used before Redis went away', { skip }, async t => {
  const redis = await startRedis(t)
  const { backend } = await openTestQueue(t, { databaseUrl: await createMigrated(t), redisUrl: redis.url })
  await redis.stop()
  await delay(200)
  let ringing: Promise<void> = Promise.resolve()
  t.doesNotThrow(() => { ringing = backend.queues.ring('unused', ['1']) }, 'a rejection, as the contract says')
  await ringing.catch(() => {})
  await t.rejects(backend.queues.isArmed('unused'), { message: /Redis is out of reach/ })
  await redis.start()
  await until(async () => Promise.resolve().then(() => backend.queues.ring('unused', ['1'])).then(() => true, () => false))
  t.match(await backend.queues.counts('unused'), { waiting: 1 })
})

t.test('a job holds ids only: at most 2 KB in Redis for a waiting lane, nothing for a finished one', { skip }, async t => {
  const redis = await startRedis(t)
  const { backend } = await openTestQueue(t, { databaseUrl: await createMigrated(t), redisUrl: redis.url })
  const lanes = Array.from({ length: 200 }, (_, index) => String(9_000_000_000 + index))
  await backend.queues.ring('first', lanes)
  const keys = await redis.client.keys('*')
  t.ok(keys.length > 200)
  t.ok(keys.every(key => /^\{test-[0-9a-f]+:(first|ready)\}:/.test(key)), 'all under one hash tag an adapter')
  const sizes = await Promise.all(keys.map(async key => Number(await redis.client.call('memory', 'usage', key))))
  const each = sizes.reduce((sum, size) => sum + size, 0) / lanes.length
  t.ok(each <= 2048, `${Math.round(each)} bytes a lane`)
  const handled = startHandling(t, backend, { adapter: 'first', concurrency: 20 })
  await until(() => handled.lanes.length === lanes.length)
  await until(async () => !(await redis.client.keys('*')).some(key => lanes.some(lane => key.endsWith(lane))))
  const left = (await redis.client.keys('*')).filter(key => key.includes(':first}'))
  t.ok(left.length < 12, `left: ${left.join(' ')}`)
})
