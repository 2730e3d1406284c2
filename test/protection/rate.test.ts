// Calls wait for slots; slots are spaced, shared, given up and never made up.
import fc from 'fast-check'
import t from 'tap'
import { blockSize, createPace, intervalOf, type SlotStore } from '../../src/protection/rate.js'
import { holds } from '../model/properties.js'
import { until } from '../support/gateway.js'

t.setTimeout(30_000)

interface Store extends SlotStore {
  blocks: number[]
  failures: number
}

/** Slots as the database gives them, for one process alone. */
function memoryStore (fails: () => boolean = () => false): Store {
  let next = 0
  const store: Store = {
    blocks: [],
    failures: 0,
    reserve: async ({ calls, intervalMs }) => {
      if (fails()) throw new Error('the database is away')
      store.blocks.push(calls)
      const first = Math.max(next, performance.now())
      next = first + calls * intervalMs
      return first - performance.now()
    },
    failed: () => { store.failures++ }
  }
  return store
}

const never = (): AbortSignal => new AbortController().signal

t.test('slots used as late as they may be never put more calls into a second than the rate', async t => {
  holds(t, fc.property(fc.integer({ min: 1, max: 1000 }), fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 30, maxLength: 100 }), (rate, lateness) => {
    const calls = lateness.map((late, index) => index * intervalOf(rate) + late)
    return calls.every(start => calls.filter(at => at >= start && at < start + 1000).length <= rate)
  }))
})

t.test('a block is one call at low load and at most a quarter second\'s worth, and never more than wait', async t => {
  t.strictSame([1, 3, 5, 100].map(waiting => blockSize(waiting, 20)), [1, 3, 5, 5])
  t.strictSame([blockSize(50, 0.5), blockSize(50, 3.9), blockSize(1000, 1000)], [1, 1, 250])
})

t.test('calls go in the order in which they came, none before its slot', async t => {
  const store = memoryStore()
  const pace = createPace({ target: 'x', callsPerSecond: 50, store })
  const started = performance.now()
  const went: Array<{ n: number, at: number }> = []
  await Promise.all(Array.from({ length: 20 }, async (_, n) => {
    await pace(never())
    went.push({ n, at: performance.now() - started })
  }))
  t.strictSame(went.map(({ n }) => n), Array.from({ length: 20 }, (_, n) => n))
  // Node's timers may be a millisecond early.
  for (const { n, at } of went) t.ok(at >= n * intervalOf(50) - 2, `${n} after ${at} ms`)
  t.equal(store.blocks[0], 1, 'one at first')
  t.ok(store.blocks.every(size => size <= 12) && store.blocks.length < 20, `blocks of ${store.blocks.join(', ')}`)
})

t.test('who gives up is told so, and its slot goes to the next', async t => {
  const store = memoryStore()
  const pace = createPace({ target: 'x', callsPerSecond: 2, store })
  await pace(never())
  const controller = new AbortController()
  const given = t.rejects(pace(controller.signal), { message: /gave up/, cause: { message: 'the lease is lost' } })
  const next = pace(never())
  await until(async () => store.blocks.length === 2)
  controller.abort(new Error('the lease is lost'))
  await given
  await next
  t.strictSame(store.blocks, [1, 1], 'no third slot was taken')
  await t.rejects(pace(AbortSignal.abort(new Error('too late'))), { cause: { message: 'too late' } })
  t.equal(store.blocks.length, 2, 'nor one for a call that was given up before')
})

t.test('a process that was stopped for a while does not use up its old slots in one burst', async t => {
  const store = memoryStore()
  const pace = createPace({ target: 'x', callsPerSecond: 20, store })
  const went: number[] = []
  const calls = Promise.all(Array.from({ length: 8 }, async () => {
    await pace(never())
    went.push(performance.now())
  }))
  await until(async () => went.length >= 2)
  const stop = performance.now() + 400
  while (performance.now() < stop) { /* nothing else runs */ }
  await calls
  // The call whose timer was due, and the first of a new block; five or six would go if old slots still counted.
  t.ok(went.filter(at => at >= stop && at < stop + 40).length <= 3, went.map(at => Math.round(at - stop)).join(', '))
})

t.test('without the database calls wait, and go on once it is back; who gives up meanwhile is let go', async t => {
  let away = true
  const store = memoryStore(() => away)
  const pace = createPace({ target: 'x', callsPerSecond: 100, store })
  let went = 0
  const calls = Promise.all([1, 2, 3].map(async () => { await pace(never()); went++ }))
  await t.rejects(pace(AbortSignal.timeout(50)), { cause: { name: 'TimeoutError' } })
  await until(async () => store.failures >= 2)
  t.equal(went, 0, 'no call without a slot')
  away = false
  await calls
  t.equal(went, 3)
})
