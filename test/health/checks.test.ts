// When a failing check takes a process out of the balancer, and when intake closes and opens.
import t from 'tap'
import { createJudge, stalledFailure } from '../../src/health/checks.js'
import { sumConnections } from '../../src/health/connections.js'
import { measure, nextClosed, type Cause } from '../../src/health/pressure.js'

const away = { detail: 'out of reach' }

t.test('a lost ping is said and is not red; one that lasts is; a good one in between starts anew', async t => {
  let now = 0
  const judge = createJudge(3000, () => now)
  t.match(judge('database', away), { ok: false, red: false, since: '1970-01-01T07:00:00+07:00', detail: 'out of reach' })
  now = 2900
  t.match(judge('database', away), { ok: false, red: false })
  t.match(judge('queue', away), { red: false }, 'each check by itself')
  now = 3000
  t.match(judge('database', away), { red: true, since: '1970-01-01T07:00:00+07:00' })
  t.strictSame(judge('database', undefined), { name: 'database', ok: true, red: false })
  now = 9000
  t.match(judge('database', away), { red: false, since: '1970-01-01T07:00:09+07:00' })
})

t.test('a standstill is red at once and says which adapter, how many, since when and what to look at, in two languages', async t => {
  const stalled = [{ adapter: 'first', overdue: 12, since: new Date('2026-11-25T03:00:00Z') }]
  const judge = createJudge(3000, () => 0)
  t.match(judge('progress', stalledFailure(stalled, 0)), { red: true, adapters: stalled, detail: /first: 12 lanes overdue.*2026-11-25T10:00:00\+07:00.*khởi động worker \/ .*start a worker/ })
  t.match(stalledFailure(stalled, 2), { detail: /2 worker đang chạy.*2 workers run and take nothing/ })
  t.equal(stalledFailure([], 0), undefined)
})

t.test('intake closes at the limit and opens well below it; what is not measured keeps its state', async t => {
  const none = new Set<Cause>()
  t.strictSame([...nextClosed(none, { 'database-nearly-full': 0.99 })], [])
  const closed = nextClosed(none, { 'database-nearly-full': 1 })
  t.strictSame([...closed], ['database-nearly-full'])
  t.strictSame([...nextClosed(closed, { 'database-nearly-full': 0.95 })], ['database-nearly-full'])
  t.strictSame([...nextClosed(closed, { 'storage-nearly-full': 2 })], ['database-nearly-full', 'storage-nearly-full'])
  t.strictSame([...nextClosed(closed, { 'database-nearly-full': 0.89 })], [])
})

t.test('the disk of the private database, the size of the database and the memory of Redis are measured against their limits', async t => {
  const gauges = { dataDir: t.testdir(), diskFreeMinBytes: 1024, databaseBytes: async () => 95, databaseMaxBytes: 100, queueMemory: async () => ({ used: 45, limit: 100 }) }
  const fill = await measure(gauges)
  t.equal(fill['database-nearly-full'], 1)
  t.equal(fill['queue-nearly-full'], 0.5)
  t.ok((fill['storage-nearly-full'] ?? 1) < 0.01)
  t.ok(((await measure({ ...gauges, diskFreeMinBytes: 1e18 }))['storage-nearly-full'] ?? 0) > 1)
  t.ok(((await measure({ ...gauges, filesDir: gauges.dataDir, diskFreeMinBytes: 1e18 }))['files-nearly-full'] ?? 0) > 1)
  const away = async (): Promise<never> => { throw new Error('away') }
  t.strictSame(await measure({ ...gauges, dataDir: '/nowhere/at/all', filesDir: '/nowhere/at/all', databaseBytes: away, queueMemory: away }), {})
  t.strictSame(await measure({ ...gauges, dataDir: undefined, databaseMaxBytes: undefined, queueMemory: async () => undefined }), {})
})

t.test('connections: what all processes may open and what others have open must fit the server', async t => {
  const one = { id: '1', role: 'worker', delivers: true, host: 'a', pid: 7, connections: 17 }
  const open = [{ name: 'lienthong-worker', here: true, count: 4 }, { name: 'national-portal.lanes', here: true, count: 1 }, { name: 'lienthong-api', here: false, count: 10 }, { name: '', here: true, count: 2 }]
  t.match(sumConnections([one, { ...one, pid: 8 }], { limit: 46, open }, 17), { ok: true, detail: /2 processes open up to 34 \(worker a\/7: 17, worker a\/8: 17\), others have 12: 46 of 46; open now: lienthong-worker 4,.*lienthong-api elsewhere 10, \(no name\) 2$/ })
  t.match(sumConnections([one, { ...one, pid: 8 }], { limit: 45, open }, 17), { ok: false, detail: /giảm DATABASE_CONNECTIONS.*raise max_connections/ })
  t.match(sumConnections([], { limit: 29, open }, 17), { ok: true, detail: /one process of role all opens up to 17/ })
  t.match(sumConnections([{ ...one, connections: 1 }], { limit: 100, open }, 17), { detail: /17 of 100/ }, 'an older process is in no register: its open connections count')
})
