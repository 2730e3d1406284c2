// Whose turn it is: lanes go by priority (design §2.15), on both backends of the queue.
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { LaneResult } from '../../src/queue/contract.js'
import { BACKENDS } from '../support/backends.js'
import { until } from '../support/gateway.js'
import { emptied, openOn, startGated, startHandling } from './support.js'

t.setTimeout(60_000)
const later = (ms: number): LaneResult & { kind: 'wait' } => ({ kind: 'wait', until: new Date(Date.now() + ms) })

for (const backend of BACKENDS) {
  t.test(`on ${backend.name}`, { skip: backend.skip }, async t => {
    const queue = await openOn(t, backend)
    const { queues } = queue.backend
    t.jobs = 10

    t.test('lanes are taken by priority, however they were rung; within one priority in the order of their rings', { buffered: true }, async t => {
      await queues.ring('by-priority', [{ id: 'last', priority: 2 ** 21 - 1 }, { id: 'third', priority: 30 }, 'middle', { id: 'first', priority: 1 }])
      await queues.ring('by-priority', [{ id: 'second', priority: 20 }, { id: 'fourth', priority: 30 }])
      t.match(await queues.counts('by-priority'), { waiting: 6, delayed: 0, active: 0 })
      const handled = startHandling(t, queue.backend, { adapter: 'by-priority', concurrency: 1 })
      await emptied(queue.backend, 'by-priority')
      t.strictSame(handled.lanes, ['first', 'second', 'third', 'fourth', 'middle', 'last'])
    })

    t.test('a lane that waits for its turn takes the priority of its latest ring, and keeps it when that has none', { buffered: true }, async t => {
      await queues.ring('moved-up', [{ id: 'a', priority: 100 }, { id: 'b', priority: 50 }, { id: 'c', priority: 70 }])
      await queues.ring('moved-up', [{ id: 'a', priority: 10 }, { id: 'b', priority: 90 }, 'c'])
      t.match(await queues.counts('moved-up'), { waiting: 3 })
      const handled = startHandling(t, queue.backend, { adapter: 'moved-up', concurrency: 1 })
      await emptied(queue.backend, 'moved-up')
      t.strictSame(handled.lanes, ['a', 'c', 'b'])
    })

    t.test('a lane put back to wait comes again with the priority it was given then', { buffered: true }, async t => {
      const { handled, open } = startGated(t, queue.backend, { adapter: 'put-back', handle: lane => lane === 'retry' && handled.times('retry') === 1 ? { ...later(200), priority: 1000 } : { kind: 'idle' } })
      await queues.ring('put-back', [{ id: 'retry', priority: 1 }, { id: 'gate', priority: 2 }, { id: 'new', priority: 500 }, { id: 'old', priority: 1500 }])
      await until(() => handled.times('gate') === 1)
      await delay(300)
      open()
      await emptied(queue.backend, 'put-back')
      t.strictSame(handled.lanes, ['retry', 'gate', 'new', 'retry', 'old'])
    })

    t.test('a ring during a wait ends it, with the priority of the ring', { buffered: true }, async t => {
      const { handled, open } = startGated(t, queue.backend, { adapter: 'called-back', handle: lane => lane === 'retry' && handled.times('retry') === 1 ? { ...later(3_600_000), priority: 2000 } : { kind: 'idle' } })
      await queues.ring('called-back', [{ id: 'retry', priority: 1 }, { id: 'gate', priority: 2 }, { id: 'new', priority: 500 }])
      await until(() => handled.times('gate') === 1)
      await queues.ring('called-back', [{ id: 'retry', priority: 10 }])
      open()
      await emptied(queue.backend, 'called-back')
      t.strictSame(handled.lanes, ['retry', 'gate', 'retry', 'new'])
    })

    t.test('the one more run after a ring during a run has the priority of that ring', { buffered: true }, async t => {
      const { handled, open } = startGated(t, queue.backend, { adapter: 'run-again', handle: () => ({ kind: 'idle' }) })
      await queues.ring('run-again', [{ id: 'gate', priority: 1 }])
      await until(() => handled.times('gate') === 1)
      await queues.ring('run-again', [{ id: 'gate', priority: 900 }, { id: 'other', priority: 800 }, { id: 'late', priority: 1000 }])
      open()
      await emptied(queue.backend, 'run-again')
      t.strictSame(handled.lanes, ['gate', 'other', 'gate', 'late'])
    })
  })
}
