// Redis Cluster: the queues of an adapter live on one node, adapters spread over nodes (design §2.2).
import t from 'tap'
import { createMigrated } from '../support/database.js'
import { hasRedis, REDIS_MISSING } from '../support/redis.js'
import { startCluster } from '../support/redis-cluster.js'
import { emptied, openTestQueue, startHandling } from './support.js'

t.setTimeout(60_000)
const skip = hasRedis() ? false : REDIS_MISSING

t.test('the lanes of adapters on different nodes are handled, each once, by two processes', { skip }, async t => {
  const cluster = await startCluster(t)
  const queue = await openTestQueue(t, { databaseUrl: await createMigrated(t), redisUrl: cluster.url })
  const other = await queue.again()
  const adapters = ['first', 'second', 'third', 'fourth', 'fifth']
  const lanes = Array.from({ length: 60 }, (_, index) => String(index))
  for (const adapter of adapters) {
    await queue.backend.queues.arm(adapter)
    await queue.backend.queues.ring(adapter, lanes.map((id, index) => ({ id, priority: index + 1 })))
    await queue.backend.queues.ring(adapter, lanes.slice(0, 9))
  }
  const homes = await Promise.all(cluster.nodes.map(async ({ client }) => client.keys('*')))
  t.ok(homes.filter(keys => keys.some(key => key.includes(':lanes:'))).length > 1, 'on more than one node')
  for (const adapter of adapters) t.equal(homes.filter(keys => keys.some(key => key.includes(`:${adapter}}`))).length, 1, `${adapter} on one`)
  const workers = adapters.map(adapter => [queue.backend, other].map(one => startHandling(t, one, { adapter })))
  for (const [index, adapter] of adapters.entries()) {
    await emptied(queue.backend, adapter)
    t.strictSame(workers[index]?.flatMap(worker => worker.lanes).sort((a, b) => Number(a) - Number(b)), lanes)
    t.ok(await other.queues.isArmed(adapter))
  }
})
