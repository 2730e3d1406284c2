// The sweep finds due lanes that nobody rang (design §2.1).
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { markRung, type RingableLane } from '../../../src/db/lanes.js'
import { createRelay } from '../../../src/operations/deliver/relay.js'
import { createSweep, type Sweep, type SweepOptions } from '../../../src/operations/deliver/sweep.js'
import { until } from '../../support/gateway.js'
import { insertLanes, openGround, rungLanes, stageOn, type Stage } from './rows.js'

t.setTimeout(60_000)
const ground = openGround(t)

/** A sweep that runs when it is told to. */
function sweepOf (t: Test, stage: Stage, options: Partial<Pick<SweepOptions, 'seconds' | 'adapters' | 'chores'>> = {}): Sweep {
  const sweep = createSweep({ ...stage, relay: createRelay(stage), adapters: [stage.first], seconds: 3600, ...options })
  t.teardown(() => sweep.close())
  return sweep
}

async function armedStage (): Promise<Stage> {
  const stage = stageOn(await ground)
  await stage.queues.arm(stage.first)
  return stage
}

t.test('due lanes that nobody rang are rung, those that have waited longest first', async t => {
  const stage = await armedStage()
  const [later = ''] = await insertLanes(stage.db, 1, { adapter: stage.first, dueIn: -5 })
  const [sooner = ''] = await insertLanes(stage.db, 1, { adapter: stage.first, dueIn: -50 })
  const [freed = ''] = await insertLanes(stage.db, 1, { adapter: stage.first, dueIn: -4, leasedFor: -1 })
  await insertLanes(stage.db, 1, { adapter: stage.first, dueIn: 60 })
  await insertLanes(stage.db, 1, { adapter: stage.first, dueIn: null })
  await insertLanes(stage.db, 1, { adapter: stage.first, leasedFor: 60 })
  await insertLanes(stage.db, 1, { adapter: 'inactive' })
  await sweepOf(t, stage).run()
  t.strictSame(stage.rung, [{ adapter: stage.first, lanes: [sooner, later, freed] }], 'not those not due, idle, worked on, or of an adapter not active here')
  t.strictSame(stage.logged, [])
})

t.test('a lane rung lately is not rung again; one rung before it was due, or five minutes ago, is', async t => {
  const stage = await armedStage()
  await insertLanes(stage.db, 1, { adapter: stage.first, dueIn: -60, rungAgo: 30 })
  const [before = ''] = await insertLanes(stage.db, 1, { adapter: stage.first, dueIn: -60, rungAgo: 61 })
  const [stale = ''] = await insertLanes(stage.db, 1, { adapter: stage.first, dueIn: -900, rungAgo: 310 })
  const sweep = sweepOf(t, stage)
  await sweep.run()
  t.strictSame(stage.rung, [{ adapter: stage.first, lanes: [stale, before] }])
  await sweep.run()
  t.equal(stage.rung.length, 1, 'nor again in the next round')
})

t.test('the lanes of a paused adapter are left alone until it is resumed', async t => {
  const stage = await armedStage()
  const lanes = await insertLanes(stage.db, 2, { adapter: stage.first })
  await sql`insert into adapter_controls (adapter, paused_at) values (${stage.first}, clock_timestamp()), ('other', clock_timestamp())`.execute(stage.db)
  const sweep = sweepOf(t, stage)
  await sweep.run()
  t.strictSame(stage.rung, [])
  await sql`update adapter_controls set paused_at = null where adapter = ${stage.first}`.execute(stage.db)
  await sweep.run()
  t.strictSame(stage.rung.map(({ lanes }) => lanes.sort()), [lanes])
})

t.test('a backlog is rung in chunks of 500, each lane once', async t => {
  const stage = await armedStage()
  await insertLanes(stage.db, 1200, { adapter: stage.first })
  await sweepOf(t, stage).run()
  t.strictSame(stage.rung.map(({ lanes }) => lanes.length), [500, 500, 200])
  t.equal(new Set(stage.rung.flatMap(({ lanes }) => lanes)).size, 1200)
})

t.test('one round is bounded: what is more than 10,000 lanes is left to the next', async t => {
  const stage = await armedStage()
  await insertLanes(stage.db, 10_200, { adapter: stage.first })
  const rung: number[] = []
  // What the queue makes of a ring is another test's matter.
  const relay = { ...createRelay(stage), ringNow: async (_: string, lanes: readonly RingableLane[]) => { rung.push(lanes.length); await markRung(stage.db, lanes.map(({ id }) => id), 0) } }
  const sweep = createSweep({ ...stage, relay, adapters: [stage.first], seconds: 3600 })
  t.teardown(() => sweep.close())
  await sweep.run()
  t.strictSame(rung, Array(20).fill(500))
  await sweep.run()
  t.strictSame(rung.slice(20), [200])
})

t.test('of two sweeps at once one works, and the other does not wait', async t => {
  const stage = await armedStage()
  await insertLanes(stage.db, 3, { adapter: stage.first })
  const working = deferred()
  stage.before.ring = () => working.promise
  const first = sweepOf(t, stage).run()
  await until(async () => await locks(stage) === 1)
  await sweepOf(t, stage).run()
  t.strictSame(stage.rung, [], 'the second has ended while the first is at work')
  working.resolve()
  await first
  t.equal(stage.rung.length, 1)
})

t.test('a round that is asked for during another is that other one', async t => {
  const stage = await armedStage()
  let rounds = 0
  stage.before.isArmed = async () => { rounds++ }
  const sweep = sweepOf(t, stage)
  await Promise.all([sweep.run(), sweep.run(), sweep.run()])
  t.equal(rounds, 1)
})

t.test('it runs by itself, survives a store that is out of reach, and waits for its round when it is closed', async t => {
  const stage = await armedStage()
  const [lane = ''] = await insertLanes(stage.db, 1, { adapter: stage.first })
  let failures = 0
  stage.before.isArmed = async () => { if (++failures <= 2) throw new Error('out of reach') }
  const sweep = sweepOf(t, stage, { seconds: 0.05 })
  await until(() => stage.rung.length === 1)
  t.match(stage.logged, [{ event: 'sweep.failed', details: { message: 'out of reach' } }, { event: 'sweep.failed' }])
  let ended = false
  stage.before.isArmed = async () => {
    await delay(200)
    ended = true
  }
  await delay(150)
  await sweep.close()
  t.ok(ended)
  t.strictSame(await rungLanes(stage), [lane])
})

t.test('each round ends with its chores, one after the other', async t => {
  const stage = await armedStage()
  const done: string[] = []
  const chore = (name: string) => async (db: unknown): Promise<void> => { done.push(db === stage.db ? name : 'another database') }
  const sweep = sweepOf(t, stage, { chores: [chore('first'), chore('second')] })
  await sweep.run()
  t.strictSame(done, ['first', 'second'])
})

async function locks (stage: Stage): Promise<number> {
  const { rows } = await sql`select from pg_locks where locktype = 'advisory' and granted
    and database = (select oid from pg_database where datname = current_database())`.execute(stage.db)
  return rows.length
}

function deferred (): { promise: Promise<void>, resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>(_resolve => { resolve = _resolve })
  return { promise, resolve }
}
