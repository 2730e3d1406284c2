// Whatever hangs is cut, and what comes after it runs.
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { DeadlineExceeded, startRounds, withDeadline } from '../../src/base/deadline.js'
import { openDatabase } from '../../src/db/open.js'
import { withLock } from '../../src/db/server.js'
import { createSweep } from '../../src/operations/deliver/sweep.js'
import { createMigrated, openTestDatabase } from '../support/database.js'
import { until } from '../support/gateway.js'
import { startLine } from '../http/requests/tcp-proxy.js'
import { stopwatch } from '../support/clock.js'

t.setTimeout(60_000)
const never = async (): Promise<never> => new Promise(() => {})
const skip = process.env['DATABASE_URL'] === undefined ? 'the line cannot hang on a socket file: set DATABASE_URL to a server on TCP' : false

t.test('work in time gives its value; late work is told to stop and rejected, and its own late failure ends nothing', async t => {
  t.equal(await withDeadline(1000, async () => 7), 7)
  let told: AbortSignal | undefined
  await t.rejects(withDeadline(20, async signal => {
    told = signal
    await delay(60)
    throw new Error('too late to matter')
  }), DeadlineExceeded)
  t.ok(told?.aborted)
  await delay(80)
})

t.test('a round that hangs is cut, said, and followed by the next; rounds never overlap', async t => {
  const errors: string[] = []
  let started = 0
  const rounds = startRounds({ everyMs: 10, deadlineMs: 60, onError: error => { errors.push(error.message) }, round: async () => { if (++started === 1) await never() } })
  t.teardown(() => rounds.close())
  await delay(30)
  t.equal(started, 1)
  await until(() => started > 2)
  t.strictSame(errors, ['no end within 60 ms'])
})

t.test('a stop ends a round that listens', async t => {
  const rounds = startRounds({ everyMs: 5, deadlineMs: 60_000, onError: () => {}, round: async signal => { await delay(30_000, undefined, { signal }) } })
  await delay(20)
  const passed = stopwatch()
  await rounds.close()
  t.ok(passed() < 5000)
})

t.test('work that hangs under a lock loses it, so that another process goes on', async t => {
  const { db } = await openTestDatabase(t)
  const lock = { name: 'lienthong test', deadlineMs: 100 }
  await t.rejects(withLock(db, lock, never), DeadlineExceeded)
  let worked = false
  await withLock(db, { ...lock, deadlineMs: 30_000 }, async () => { worked = true })
  t.ok(worked)
})

t.test('a sweep on a queue that hangs is cut and said, and the next one works', async t => {
  const { db } = await openTestDatabase(t)
  const logged: string[] = []
  let asked = 0
  const queues = {
    isArmed: async () => ++asked === 1 ? never() : true, ring: async () => {}, arm: async () => {}, close: async () => {}, counts: async () => ({ waiting: 0, delayed: 0, active: 0 })
  }
  const relay = { ring: () => {}, ringNow: async () => {}, flushed: async () => {}, close: async () => {} }
  const sweep = createSweep({ db, queues, relay, adapters: ['first'], seconds: 3600, deadlineSeconds: 2, log: (event, { message }) => { logged.push(`${event}: ${String(message)}`) } })
  t.teardown(() => sweep.close())
  await sweep.run()
  await sweep.run()
  t.equal(asked, 2)
  t.strictSame(logged, ['sweep.failed: no end within 2000 ms'])
})

t.test('a line to the database that swallows a statement is given up: its place in the pool is free again', { skip }, async t => {
  const line = await startLine(t, await createMigrated(t))
  const db = openDatabase({ url: line.url, maxConnections: 1, applicationName: 'test', onError: () => {}, answerMs: 300 })
  t.teardown(() => db.destroy())
  await sql`select 1`.execute(db)
  line.hang()
  await t.rejects(sql`select 2`.execute(db), { message: 'Connection terminated: no answer' })
  t.match((await sql`select 3 as three`.execute(db)).rows, [{ three: 3 }])
  t.equal(line.opened(), 2, 'on a new line')
  line.hang()
  const transaction = db.transaction().execute(async tx => { await sql`select 4`.execute(tx) })
  await t.rejects(transaction, { message: /no answer/ })
  t.match((await sql`select 5 as five`.execute(db)).rows, [{ five: 5 }])
})
