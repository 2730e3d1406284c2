// Leases of the lanes this process works on: kept alive, or their attempts aborted before another may take over.
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import t, { type Test } from 'tap'
import type { Database } from '../../../src/db/open.js'
import { createLeaseKeeper, type HeldLease, type LeaseKeeper } from '../../../src/operations/deliver/lease-keeper.js'
import { openTestDatabase } from '../../support/database.js'
import { until } from '../../support/gateway.js'
import { insertLanes } from './rows.js'

t.setTimeout(60_000)
// They wait for leases to run out, at the same time and on databases of their own.
t.jobs = 9
const SECONDS = 2

interface Desk {
  db: Database
  url: string
  keeper: LeaseKeeper
  errors: unknown[]
  /** Holds a new lane and writes its lease, as a claim does. */
  claim: () => Promise<HeldLease>
}

async function desk (t: Test): Promise<Desk> {
  const { db, url } = await openTestDatabase(t)
  const errors: unknown[] = []
  const keeper = createLeaseKeeper({ db, owner: 'test', seconds: SECONDS, onError: error => { errors.push(error) } })
  t.teardown(() => keeper.close())
  const claim = async (): Promise<HeldLease> => {
    const [laneId = ''] = await insertLanes(db, 1)
    const lease = keeper.hold(laneId)
    await write(db, lease)
    return lease
  }
  return { db, url, keeper, errors, claim }
}

async function write (db: Database, { laneId, token, owner, seconds, taken }: HeldLease): Promise<void> {
  await sql`update lanes set lease_token = ${token}, lease_owner = ${owner}, lease_until = clock_timestamp() + make_interval(secs => ${seconds})
    where id = ${laneId}`.execute(db)
  taken()
}

async function secondsLeft (db: Database, { laneId }: HeldLease): Promise<number> {
  const { rows: [row] } = await sql<{ left: number }>`
    select extract(epoch from lease_until - clock_timestamp())::float8 as left from lanes where id = ${laneId}`.execute(db)
  return row?.left ?? Number.NaN
}

/** Resolves with the milliseconds until the abort. */
async function aborted ({ signal }: HeldLease): Promise<number> {
  const started = performance.now()
  await until(() => signal.aborted)
  return performance.now() - started
}

t.test('a lease is a token of its own, carried with its owner', { buffered: true }, async t => {
  const { keeper, claim } = await desk(t)
  const [one, other] = [await claim(), await claim()]
  t.match(one, { owner: 'test', seconds: SECONDS, token: /^[0-9a-f-]{36}$/ })
  t.not(one.token, other.token)
  t.equal(keeper.owner, 'test')
})

t.test('held leases outlive their time; a released one is no longer renewed', { buffered: true }, async t => {
  const { db, claim } = await desk(t)
  const [one, other, released] = [await claim(), await claim(), await claim()]
  released.release()
  await delay(SECONDS * 1000 + 500)
  for (const lease of [one, other]) {
    t.notOk(lease.signal.aborted)
    t.ok(await secondsLeft(db, lease) > 0)
  }
  t.ok(await secondsLeft(db, released) < 0)
})

t.test('a lease that another process took is noticed, and its attempt aborted; others go on', { buffered: true }, async t => {
  const { db, claim } = await desk(t)
  const [lost, kept] = [await claim(), await claim()]
  await sql`update lanes set lease_token = gen_random_uuid() where id = ${lost.laneId}`.execute(db)
  const after = await aborted(lost)
  t.ok(after < SECONDS * 1000, `after ${Math.round(after)} ms`)
  t.match(lost.signal.reason, { message: 'the lease was taken over' })
  t.notOk(kept.signal.aborted)
})

t.test('a claim that takes its time is not mistaken for a lost lease', { buffered: true }, async t => {
  const { db, keeper } = await desk(t)
  const [laneId = ''] = await insertLanes(db, 1)
  const lease = keeper.hold(laneId)
  await delay(SECONDS * 1000 / 5 * 1.5)
  await write(db, lease)
  t.notOk(lease.signal.aborted, 'one renewal fell between the hold and the commit of the claim')
})

t.test('a renewal that hangs: the attempt is aborted while the lease still lasts, and no second renewal joins', { buffered: true }, async t => {
  const { db, url, claim } = await desk(t)
  const lease = await claim()
  const blocker = new pg.Client({ connectionString: url })
  await blocker.connect()
  t.teardown(() => blocker.end())
  await blocker.query('begin')
  await blocker.query('select from lanes where id = $1 for update', [lease.laneId])
  await aborted(lease)
  t.ok(await secondsLeft(db, lease) > -0.2, 'nobody else could have taken it yet')
  t.match(lease.signal.reason, { message: 'the lease could not be renewed' })
  const { rows } = await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
  t.equal(rows.length, 1, 'one renewal waits')
  await blocker.query('rollback')
})

t.test('a database that is away: reported, and the attempt aborted within its lease', { buffered: true }, async t => {
  const { db, url, errors, claim } = await desk(t)
  const lease = await claim()
  const name = new URL(url).pathname.slice(1)
  const server = new URL(url)
  server.pathname = '/postgres'
  const admin = new pg.Client({ connectionString: server.href })
  await admin.connect()
  t.teardown(() => admin.end())
  await admin.query(`alter database ${name} allow_connections false`)
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  const after = await aborted(lease)
  t.ok(after <= SECONDS * 1000 + 200, `after ${Math.round(after)} ms`)
  t.ok(errors.length > 0)
  await admin.query(`alter database ${name} allow_connections true`)
  const next = keeperOf(t, db)
  const [laneId = ''] = await insertLanes(db, 1)
  const again = next.hold(laneId)
  await write(db, again)
  await delay(SECONDS * 1000 + 300)
  t.notOk(again.signal.aborted, 'renewals work again when it is back')
})

function keeperOf (t: Test, db: Database): LeaseKeeper {
  const keeper = createLeaseKeeper({ db, owner: 'again', seconds: SECONDS, onError: () => {} })
  t.teardown(() => keeper.close())
  return keeper
}

t.test('an unrenewed lease is given up with a fifth of it to spare, at whatever moment it was taken', { buffered: true }, async t => {
  const { db, url, keeper } = await desk(t)
  const [laneId = ''] = await insertLanes(db, 1)
  const blocker = new pg.Client({ connectionString: url })
  await blocker.connect()
  t.teardown(() => blocker.end())
  await blocker.query('begin')
  const probe = keeper.hold('0')
  // Of no lane, so it is given up at a tick: the next lease is taken just after one.
  await aborted(probe)
  probe.release()
  const lease = keeper.hold(laneId)
  await write(db, lease)
  await blocker.query('select from lanes where id = $1 for update', [laneId])
  const after = await aborted(lease)
  t.ok(after < SECONDS * 1000 * 1.1)
  t.ok(after < SECONDS * 1000 * 0.9, `after ${Math.round(after)} of ${SECONDS * 1000} ms`)
  await blocker.query('rollback')
})

t.test('at the end of the grace time of a stop everything that runs is aborted, with the reason', { buffered: true }, async t => {
  const { keeper, claim } = await desk(t)
  const [one, other, released] = [await claim(), await claim(), await claim()]
  released.release()
  keeper.abortAll('the process is stopping')
  for (const lease of [one, other]) t.match(lease.signal, { aborted: true, reason: { message: 'the process is stopping' } })
  t.notOk(released.signal.aborted)
})

t.test('a keeper that is closed has ended its renewal and makes no more', { buffered: true }, async t => {
  const { db, url, keeper, claim } = await desk(t)
  const lease = await claim()
  const blocker = new pg.Client({ connectionString: url })
  await blocker.connect()
  t.teardown(() => blocker.end())
  await blocker.query('begin')
  await blocker.query('select from lanes where id = $1 for update', [lease.laneId])
  await delay(SECONDS * 1000 / 5 * 1.5)
  let closed = false
  const closing = keeper.close().then(() => { closed = true })
  await delay(50)
  t.notOk(closed, 'the renewal still waits')
  await blocker.query('rollback')
  await closing
  await delay(SECONDS * 1000 + 300)
  t.ok(await secondsLeft(db, lease) < 0)
})
