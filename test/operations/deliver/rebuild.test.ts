// A queue that was wiped is rebuilt from the lanes, and a crash in between never leaves one unrung (design §2.1).
import t, { type Test } from 'tap'
import { pauseAdapter, resumeAdapter } from '../../../src/protection/pauses.sql.js'
import type { Tx } from '../../../src/db/open.js'
import { createRelay } from '../../../src/operations/deliver/relay.js'
import { createSweep } from '../../../src/operations/deliver/sweep.js'
import { until } from '../../support/gateway.js'
import { insertLanes, openGround, stageOn, type Stage } from './rows.js'

t.setTimeout(60_000)
const ground = openGround(t)

/** A stage with lanes that were rung a moment ago, into a queue that is empty: a wiped store. */
async function wiped (t: Test): Promise<{ stage: Stage, lanes: string[], run: () => Promise<void> }> {
  const stage = stageOn(await ground)
  const lanes = await insertLanes(stage.db, 3, { adapter: stage.first, dueIn: -60, rungAgo: 5 })
  const sweep = createSweep({ ...stage, relay: createRelay(stage), adapters: [stage.first], seconds: 3600 })
  t.teardown(() => sweep.close())
  return { stage, lanes, run: sweep.run }
}

const events = (stage: Stage): string[] => stage.logged.map(({ event }) => event)
const lanesRung = (stage: Stage): string[] => stage.rung.flatMap(({ lanes }) => lanes).sort()

function failingOnce (stage: Stage, call: keyof Stage['before']): void {
  stage.before[call] = async () => {
    delete stage.before[call]
    throw new Error('the process was killed')
  }
}

t.test('every due lane is rung again, although all were rung lately; once', async t => {
  const { stage, lanes, run } = await wiped(t)
  t.notOk(await stage.queues.isArmed(stage.first))
  await run()
  t.strictSame(lanesRung(stage), lanes)
  t.ok(await stage.queues.isArmed(stage.first))
  t.strictSame(stage.logged, [{ event: 'queue.rebuilt', details: { adapter: stage.first } }])
  await run()
  t.strictSame(lanesRung(stage), lanes, 'the next round finds an armed queue')
})

t.test('killed after the rings were forgotten and before the queue is armed: the next round starts over', async t => {
  const { stage, lanes, run } = await wiped(t)
  failingOnce(stage, 'arm')
  await run()
  t.notOk(await stage.queues.isArmed(stage.first))
  t.strictSame(lanesRung(stage), [])
  await run()
  t.strictSame(lanesRung(stage), lanes)
  t.strictSame(events(stage), ['sweep.failed', 'queue.rebuilt'])
})

t.test('killed after the queue was armed and before its lanes were rung: the next round rings them', async t => {
  const { stage, lanes, run } = await wiped(t)
  failingOnce(stage, 'ring')
  await run()
  t.ok(await stage.queues.isArmed(stage.first))
  t.strictSame(lanesRung(stage), [])
  await run()
  t.strictSame(lanesRung(stage), lanes)
  t.strictSame(events(stage), ['queue.rebuilt', 'sweep.failed'])
})

t.test('each adapter\'s queue is looked after on its own', async t => {
  const stage = stageOn(await ground)
  const [first = ''] = await insertLanes(stage.db, 1, { adapter: stage.first, dueIn: -60, rungAgo: 5 })
  await insertLanes(stage.db, 1, { adapter: stage.second, dueIn: -60, rungAgo: 5 })
  await stage.queues.arm(stage.second)
  const sweep = createSweep({ ...stage, relay: createRelay(stage), adapters: [stage.first, stage.second], seconds: 3600 })
  await sweep.run()
  await sweep.close()
  t.strictSame(stage.rung, [{ adapter: stage.first, lanes: [first] }])
})

t.test('a lane that was rung while its adapter was paused, and resumed before that ring was noted: the next round rings it', async t => {
  const stage = stageOn(await ground)
  const [lane = ''] = await insertLanes(stage.db, 1, { adapter: stage.first, dueIn: -60 })
  await stage.queues.arm(stage.first)
  const inTransaction = async (work: (tx: Tx) => Promise<unknown>): Promise<void> => { await stage.db.transaction().execute(work) }
  await inTransaction(tx => pauseAdapter(tx, stage.first, { actor: 'operator', reason: null }))
  const relay = createRelay(stage)
  stage.after.ring = async () => {
    delete stage.after.ring
    await inTransaction(tx => resumeAdapter(tx, stage.first))
  }
  relay.ring([{ adapter: stage.first, id: lane }])
  await relay.close()
  const sweep = createSweep({ ...stage, relay, adapters: [stage.first], seconds: 3600 })
  // Due since the resume, and swept once nobody can be about to ring it any more.
  await until(async () => {
    await sweep.run()
    return lanesRung(stage).length > 1
  })
  await sweep.close()
  t.strictSame(lanesRung(stage), [lane, lane], 'its job had found the pause and was gone')
})
