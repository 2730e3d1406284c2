// Redis behind Sentinels: the master may die; what a ring loses with it, the sweep rings again (design §2.1).
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createMigrated } from '../support/database.js'
import { until } from '../support/gateway.js'
import { hasRedis, REDIS_MISSING } from '../support/redis.js'
import { startSentinel } from '../support/redis-sentinel.js'
import { openTestQueue, startHandling } from './support.js'
import { stopwatch } from '../support/clock.js'

t.setTimeout(60_000)
const skip = hasRedis() ? false : REDIS_MISSING

t.test('the master is killed under load: rings go on with the new one within seconds, and nothing is missed', { skip }, async t => {
  const redis = await startSentinel(t)
  const queue = await openTestQueue(t, { databaseUrl: await createMigrated(t), redisUrl: redis.url })
  const { queues } = queue.backend
  const handled = startHandling(t, queue.backend, { adapter: 'first', concurrency: 10 })
  const due = new Set<string>()
  const refused: number[] = []
  const load = { isOn: true }
  t.teardown(() => { load.isOn = false })
  const ringing = (async () => {
    for (let lane = 0; load.isOn; lane++) {
      due.add(String(lane))
      await queues.ring('first', [String(lane)]).catch(() => { refused.push(Date.now()) })
      await delay(10)
    }
  })()
  await until(() => handled.lanes.length > 50)
  const sinceKill = stopwatch()
  await redis.master.kill()
  await until(async () => await redis.masterPort() === redis.replica.port)
  await until(async () => queues.counts('first').then(() => true, () => false))
  const before = handled.lanes.length
  await until(() => handled.lanes.length > before + 20)
  const recovered = Math.round(sinceKill())
  load.isOn = false
  await ringing
  t.ok(refused.length > 0, `${refused.length} rings were refused and not swallowed`)
  t.ok(recovered < 20_000, `${recovered} ms from the kill to lanes being handled again`)
  // What the sweep does with lanes that are due still.
  const missed = [...due].filter(lane => handled.times(lane) === 0)
  await queues.ring('first', missed)
  await until(() => [...due].every(lane => handled.times(lane) > 0))
  t.ok(queue.logged.every(({ event }) => event === 'queue.store-error'))
  t.comment(`${recovered} ms; ${due.size} lanes, ${refused.length} rings refused, ${missed.length} rung again`)
})
