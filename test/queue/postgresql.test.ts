// The queue in PostgreSQL: one pool a process, apart from the application's (design §2.4).
import pg from 'pg'
import t from 'tap'
import { openQueue } from '../../src/queue/open.js'
import { createMigrated } from '../support/database.js'
import { until } from '../support/gateway.js'
import { emptied, openTestQueue, startHandling } from './support.js'

t.setTimeout(60_000)
const WORKERS = 8

t.test('so many workers and their queues take at most workers + 6 connections, and none of them starves', async t => {
  const databaseUrl = await createMigrated(t)
  const { backend } = await openTestQueue(t, { databaseUrl, redisUrl: undefined, workers: WORKERS })
  const connections = await connectionCounter(t.teardown.bind(t), databaseUrl)
  const adapters = Array.from({ length: WORKERS }, (_, index) => `a${index}`)
  const workers = adapters.map(adapter => startHandling(t, backend, { adapter, concurrency: 5 }))
  let most = 0
  const watching = setInterval(() => { void connections().then(count => { most = Math.max(most, count) }) }, 20)
  t.teardown(() => { clearInterval(watching) })
  await Promise.all(adapters.map(adapter => backend.queues.ring(adapter, Array.from({ length: 40 }, (_, index) => String(index)))))
  await until(() => workers.every(worker => worker.lanes.length >= 40))
  for (const adapter of adapters) await emptied(backend, adapter)
  t.ok(most > 0 && most <= WORKERS + 6, `${most} connections of ${WORKERS} workers`)
})

t.test('a process without workers, as the API has, keeps to six; a closed queue keeps none', async t => {
  const databaseUrl = await createMigrated(t)
  const backend = await openQueue({ redisUrl: undefined, databaseUrl, prefix: 'test', workers: 0, log: () => {} })
  const connections = await connectionCounter(t.teardown.bind(t), databaseUrl)
  await Promise.all(Array.from({ length: 30 }, (_, index) => backend.queues.ring(`a${index % 10}`, ['1', '2'])))
  const open = await connections()
  t.ok(open > 0 && open <= 6, `${open} connections`)
  await backend.close()
  await until(async () => await connections() === 0)
  t.pass('closed')
})

t.test('a connection that the server ends is replaced, and does not end the process', async t => {
  const databaseUrl = await createMigrated(t)
  const { backend, logged } = await openTestQueue(t, { databaseUrl, redisUrl: undefined, workers: 1 })
  const handled = startHandling(t, backend, { adapter: 'first' })
  await backend.queues.ring('first', ['1'])
  await until(() => handled.times('1') === 1)
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  t.teardown(() => client.end())
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
  await until(async () => backend.queues.ring('first', ['2']).then(() => true, () => false))
  await until(() => handled.times('2') > 0)
  t.ok(logged.every(({ event }) => event === 'queue.store-error'))
})

async function connectionCounter (teardown: (close: () => Promise<void>) => void, databaseUrl: string): Promise<() => Promise<number>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  teardown(() => client.end())
  return async () => {
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name = \'lienthong-queue\'')
    return rows[0]?.count ?? 0
  }
}
