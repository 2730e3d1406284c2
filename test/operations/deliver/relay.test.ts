// Rings after a commit. A ring that fails is not retried here: the sweep finds the lane.
import t from 'tap'
import { createRelay } from '../../../src/operations/deliver/relay.js'
import { createSweep } from '../../../src/operations/deliver/sweep.js'
import { insertLanes, openGround, rungLanes, stageOn } from './rows.js'

t.setTimeout(60_000)
const ground = openGround(t)

t.test('rings of one turn travel together, each lane once, an adapter at a time', async t => {
  const stage = stageOn(await ground)
  const relay = createRelay(stage)
  const [a = '', b = ''] = await insertLanes(stage.db, 2, { adapter: stage.first })
  const [c = ''] = await insertLanes(stage.db, 1, { adapter: stage.second })
  relay.ring([{ adapter: stage.first, id: a }])
  relay.ring([{ adapter: stage.first, id: b }, { adapter: stage.second, id: c }])
  relay.ring([{ adapter: stage.first, id: a }])
  relay.ring([])
  t.strictSame(stage.rung, [], 'the request that made them due is not held up')
  await relay.close()
  t.strictSame(stage.rung.sort((x, y) => x.adapter.localeCompare(y.adapter)), [{ adapter: stage.first, lanes: [a, b] }, { adapter: stage.second, lanes: [c] }])
  t.strictSame(await rungLanes(stage), [a, b, c].sort(), 'they are marked as rung')
  t.match(await stage.queues.counts(stage.first), { waiting: 2 })
})

t.test('a ring that comes while others travel goes with the next ones, and a closing relay waits for both', async t => {
  const stage = stageOn(await ground)
  const relay = createRelay(stage)
  const [a = '', b = ''] = await insertLanes(stage.db, 2, { adapter: stage.first })
  stage.before.ring = async () => {
    stage.before.ring = async () => {}
    relay.ring([{ adapter: stage.first, id: b }])
  }
  relay.ring([{ adapter: stage.first, id: a }])
  await relay.close()
  t.strictSame(stage.rung.map(({ lanes }) => lanes), [[a], [b]])
  relay.ring([{ adapter: stage.first, id: a }])
  await relay.close()
  t.equal(stage.rung.length, 3, 'it works again after it was empty')
})

t.test('a ring that fails is logged, harms no other adapter, and is left to the sweep', async t => {
  const stage = stageOn(await ground)
  const relay = createRelay(stage)
  const [a = ''] = await insertLanes(stage.db, 1, { adapter: stage.first })
  const [b = ''] = await insertLanes(stage.db, 1, { adapter: stage.second })
  await stage.queues.arm(stage.first)
  stage.before.ring = async () => {
    delete stage.before.ring
    throw new Error('the store is out of reach')
  }
  relay.ring([{ adapter: stage.first, id: a }, { adapter: stage.second, id: b }])
  await relay.close()
  t.strictSame(stage.logged, [{ event: 'relay.ring-failed', details: { adapter: stage.first, lanes: 1, message: 'the store is out of reach' } }])
  t.strictSame(await rungLanes(stage), [b])
  const sweep = createSweep({ ...stage, relay, adapters: [stage.first], seconds: 3600 })
  await sweep.run()
  await sweep.close()
  t.strictSame(await rungLanes(stage), [a, b].sort())
})

t.test('a ring that is waited for tells its caller when the store is out of reach', async t => {
  const stage = stageOn(await ground)
  const relay = createRelay(stage)
  const [a = ''] = await insertLanes(stage.db, 1, { adapter: stage.first })
  stage.before.ring = async () => { throw new Error('the store is out of reach') }
  await t.rejects(relay.ringNow(stage.first, [{ adapter: stage.first, id: a }]), { message: 'the store is out of reach' })
  t.strictSame(await rungLanes(stage), [], 'not marked')
  await relay.close()
})
