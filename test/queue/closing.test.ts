// Closing always ends, wherever Redis is, and never leaves a running handler behind.
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { connectRedis, endConnection, type RedisClient } from '../../src/queue/connect.js'
import { openQueue } from '../../src/queue/open.js'
import { createMigrated } from '../support/database.js'
import { until } from '../support/gateway.js'
import { steadyPort } from '../support/ports.js'
import { hasRedis, REDIS_MISSING, startRedis, type TestRedis } from '../support/redis.js'
import { openTestQueue, startHandling } from './support.js'
import { stopwatch } from '../support/clock.js'

t.setTimeout(60_000)
const skip = hasRedis() ? false : REDIS_MISSING

t.test('a worker that waits for work while Redis is away closes at once', { skip }, async t => {
  const redis = await startRedis(t)
  const { backend } = await openTestQueue(t, { databaseUrl: await createMigrated(t), redisUrl: redis.url })
  const handled = startHandling(t, backend, { adapter: 'first' })
  await backend.queues.ring('first', ['1'])
  await until(() => handled.times('1') === 1)
  await until(() => isBlocked(redis))
  await redis.stop()
  await delay(300)
  t.ok(await secondsOf(handled.close()) < 2)
})

t.test('a worker whose blocking connection alone was cut closes at once', { skip }, async t => {
  const redis = await startRedis(t)
  const { backend } = await openTestQueue(t, { databaseUrl: await createMigrated(t), redisUrl: redis.url })
  const handled = startHandling(t, backend, { adapter: 'first' })
  await until(() => isBlocked(redis))
  for (const id of await blockedClients(redis)) await redis.client.call('client', 'kill', 'id', id)
  // Its next attempt to connect comes 50 ms after the cut.
  await delay(20)
  t.ok(await secondsOf(handled.close()) < 2)
})

t.test('a handler that runs while Redis goes away is awaited, and then the close ends', { skip }, async t => {
  const redis = await startRedis(t)
  const { backend } = await openTestQueue(t, { databaseUrl: await createMigrated(t), redisUrl: redis.url })
  const order: string[] = []
  let finish = (): void => {}
  const finished = new Promise<void>(resolve => { finish = resolve })
  const handled = startHandling(t, backend, {
    adapter: 'first',
    handle: async () => {
      await finished
      order.push('handled')
      return { kind: 'idle' }
    }
  })
  await backend.queues.ring('first', ['1'])
  await until(() => handled.times('1') === 1)
  await redis.stop()
  const closing = handled.close().then(() => { order.push('closed') })
  await delay(500)
  t.strictSame(order, [], 'the handler still runs')
  finish()
  t.ok(await secondsOf(closing) < 10, 'the store, which cannot note the end, is not waited for')
  t.strictSame(order, ['handled', 'closed'])
})

t.test('a worker that never reached Redis closes', async t => {
  const redisUrl = `redis://127.0.0.1:${await steadyPort()}`
  const backend = await openQueue({ redisUrl, databaseUrl: '', prefix: 'test', workers: 1, log: () => {} })
  const handled = startHandling(t, backend, { adapter: 'first' })
  await delay(200)
  t.ok(await secondsOf(handled.close()) < 10)
  t.ok(await secondsOf(backend.close()) < 2)
})

t.test('ending a connection that waits to connect again answers its commands, whichever way Redis is set up', async t => {
  const port = await steadyPort()
  for (const url of [`redis://127.0.0.1:${port}`, `redis+sentinel://127.0.0.1:${port}/queue`, `redis+cluster://127.0.0.1:${port}`]) {
    const client: RedisClient = connectRedis(url, 'consumer')
    client.on('error', () => {})
    const answer = client.get('key').then(() => 'answered', () => 'refused')
    await delay(200)
    endConnection(client)
    t.equal(await Promise.race([answer, delay(3000, 'none', { ref: false })]), 'refused', url)
    await until(() => client.status === 'end')
  }
})

async function blockedClients ({ client }: TestRedis): Promise<string[]> {
  const list = String(await client.call('client', 'list')).split('\n')
  return list.filter(line => line.includes('cmd=bzpopmin')).map(line => /^id=(\d+)/.exec(line)?.[1] ?? '')
}

async function isBlocked (redis: TestRedis): Promise<boolean> {
  return (await blockedClients(redis)).length > 0
}

async function secondsOf (work: Promise<unknown>): Promise<number> {
  const passed = stopwatch()
  await Promise.race([work, delay(20_000, undefined, { ref: false })])
  return passed() / 1000
}
