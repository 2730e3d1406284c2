// What the gateway relies on, the same on both backends of the queue (ADR 0002).
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { LaneResult } from '../../src/queue/contract.js'
import { BACKENDS } from '../support/backends.js'
import { until } from '../support/gateway.js'
import { emptied, openOn, startHandling } from './support.js'

t.setTimeout(60_000)
const later = (ms: number): LaneResult => ({ kind: 'wait', until: new Date(Date.now() + ms) })

for (const backend of BACKENDS) {
  t.test(`on ${backend.name}`, { skip: backend.skip }, async t => {
    const queue = await openOn(t, backend)
    const { queues } = queue.backend
    t.jobs = 20

    t.test('a rung lane is handled once, however often it was rung before', { buffered: true }, async t => {
      await queues.ring('once', ['1', '2', '3'])
      await queues.ring('once', ['3', '1'])
      await queues.ring('once', [])
      t.match(await queues.counts('once'), { waiting: 3, delayed: 0, active: 0 })
      const handled = startHandling(t, queue.backend, { adapter: 'once' })
      await emptied(queue.backend, 'once')
      t.strictSame(handled.lanes.sort(), ['1', '2', '3'])
    })

    t.test('a worker handles its own adapter\'s lanes alone', { buffered: true }, async t => {
      const mine = startHandling(t, queue.backend, { adapter: 'mine' })
      await queues.ring('yours', ['1'])
      await queues.ring('mine', ['1'])
      await until(() => mine.lanes.length === 1)
      await delay(100)
      t.match(await queues.counts('yours'), { waiting: 1 })
      t.strictSame(mine.lanes, ['1'])
    })

    t.test('rings during a run lead to one more run, not to two and not to one at the same time', { buffered: true }, async t => {
      let release = (): void => {}
      const gate = new Promise<void>(resolve => { release = resolve })
      const handled = startHandling(t, queue.backend, {
        adapter: 'rung-again',
        handle: async () => {
          await gate
          return { kind: 'idle' }
        }
      })
      await queues.ring('rung-again', ['1'])
      await until(() => handled.lanes.length === 1)
      for (let n = 0; n < 3; n++) await queues.ring('rung-again', ['1'])
      await delay(200)
      t.equal(handled.lanes.length, 1, 'not while it runs')
      release()
      await emptied(queue.backend, 'rung-again')
      t.equal(handled.lanes.length, 2)
    })

    t.test('a lane that wants to wait is left alone until then', { buffered: true }, async t => {
      const times: number[] = []
      startHandling(t, queue.backend, {
        adapter: 'waiting',
        handle: () => {
          times.push(Date.now())
          return times.length === 1 ? later(1000) : { kind: 'idle' }
        }
      })
      await queues.ring('waiting', ['1'])
      await until(() => times.length === 1)
      await until(async () => (await queues.counts('waiting')).delayed === 1)
      await emptied(queue.backend, 'waiting')
      const [first = 0, second = 0] = times
      t.ok(second - first >= 950 && second - first < 8000, `${second - first} ms`)
    })

    t.test('a ring during a wait ends it', { buffered: true }, async t => {
      const handled = startHandling(t, queue.backend, { adapter: 'woken', handle: () => handled.lanes.length === 1 ? later(3_600_000) : { kind: 'idle' } })
      await queues.ring('woken', ['1'])
      await until(async () => (await queues.counts('woken')).delayed === 1)
      await queues.ring('woken', ['1'])
      await emptied(queue.backend, 'woken')
      t.equal(handled.lanes.length, 2)
    })

    t.test('a lane whose wait is over already is handled again at once', { buffered: true }, async t => {
      const handled = startHandling(t, queue.backend, { adapter: 'overdue', handle: () => handled.lanes.length < 5 ? later(-1000) : { kind: 'idle' } })
      await queues.ring('overdue', ['1'])
      await emptied(queue.backend, 'overdue')
      t.equal(handled.lanes.length, 5)
    })

    t.test('a handler that throws is tried again later, as often as it takes, and no job fails', { buffered: true }, async t => {
      const handled = startHandling(t, queue.backend, {
        adapter: 'faulty',
        handle: lane => {
          if (handled.times(lane) < 4) throw new Error('the database is away')
          return { kind: 'idle' }
        }
      })
      await queues.ring('faulty', ['1'])
      for (const times of [1, 2]) {
        await until(async () => handled.lanes.length === times && (await queues.counts('faulty')).delayed === 1)
        if (times === 1) await queues.ring('faulty', ['1'])
      }
      const started = Date.now()
      await until(() => handled.lanes.length === 3)
      t.ok(Date.now() - started > 1000, 'by itself, and not at once')
      await until(async () => (await queues.counts('faulty')).delayed === 1)
      await queues.ring('faulty', ['1'])
      await emptied(queue.backend, 'faulty')
      t.equal(handled.lanes.length, 4)
      t.match(queue.logged.filter(({ details }) => details['adapter'] === 'faulty'), Array.from({ length: 3 }, () => ({ event: 'queue.lane-fault', details: { lane: '1', message: 'the database is away' } })))
    })

    t.test('a job of a newer version is put back for those who understand it, not failed and not handled', { buffered: true }, async t => {
      const store = await queue.store()
      await until(async () => Promise.resolve().then(() => store.queue('versions', 'lanes').add('lane', { v: 2, lane: '1', more: true }, { jobId: 'newer' })).then(() => true, () => false))
      const handled = startHandling(t, queue.backend, { adapter: 'versions' })
      await until(async () => (await queues.counts('versions')).delayed === 1)
      t.strictSame(handled.lanes, [])
      t.match(queue.logged.filter(({ details }) => details['adapter'] === 'versions'), [{ event: 'queue.unknown-job-version', details: { version: 2 } }])
      t.match((await store.queue('versions', 'lanes').getJob('newer'))?.data, { v: 2, lane: '1', more: true }, 'with all it holds')
    })

    t.test('a queue is armed when somebody said so, for its adapter and for every process', { buffered: true }, async t => {
      t.notOk(await queues.isArmed('armed'))
      await queues.arm('armed')
      await queues.arm('armed')
      t.ok(await queues.isArmed('armed'))
      t.notOk(await queues.isArmed('unarmed'))
      t.ok(await (await queue.again()).queues.isArmed('armed'))
      t.match(await queues.counts('armed'), { waiting: 0, delayed: 0, active: 0 }, 'the mark is no lane')
    })

    t.test('counts tell what waits, waits for a time, and runs', { buffered: true }, async t => {
      let release = (): void => {}
      const gate = new Promise<void>(resolve => { release = resolve })
      startHandling(t, queue.backend, {
        adapter: 'counted',
        concurrency: 1,
        handle: async lane => {
          if (lane === '1') return later(3_600_000)
          await gate
          return { kind: 'idle' }
        }
      })
      await queues.ring('counted', ['1'])
      await until(async () => (await queues.counts('counted')).delayed === 1)
      await queues.ring('counted', ['2', '3', '4'])
      await until(async () => (await queues.counts('counted')).active === 1)
      t.strictSame(await queues.counts('counted'), { waiting: 2, delayed: 1, active: 1 })
      release()
    })

    t.test('1,000 lanes rung at once are all handled, each once, within the allowed number at a time', { buffered: true }, async t => {
      const lanes = Array.from({ length: 1000 }, (_, index) => String(index))
      await queues.ring('many', lanes)
      const handled = startHandling(t, queue.backend, { adapter: 'many', concurrency: 25 })
      await until(() => handled.lanes.length >= 1000)
      await emptied(queue.backend, 'many')
      t.strictSame(handled.lanes.map(Number).sort((a, b) => a - b), lanes.map(Number))
      t.ok(handled.most() <= 25, `${handled.most()} at once`)
    })

    t.test('a worker that is closed lets its handler end and takes no more; the next worker takes the rest', { buffered: true }, async t => {
      let ended = 0
      const first = startHandling(t, queue.backend, {
        adapter: 'closing',
        concurrency: 1,
        handle: async () => {
          await delay(400)
          ended++
          return { kind: 'idle' }
        }
      })
      await queues.ring('closing', ['1', '2', '3'])
      await until(() => first.lanes.length === 1)
      await first.close()
      t.equal(ended, first.lanes.length, 'nothing was left running')
      t.ok(ended < 3)
      const second = startHandling(t, queue.backend, { adapter: 'closing' })
      await emptied(queue.backend, 'closing')
      t.strictSame([...first.lanes, ...second.lanes].sort(), ['1', '2', '3'])
    })

    t.test('two workers share the lanes, none is handled by both', { buffered: true }, async t => {
      const other = await queue.again()
      const workers = [queue.backend, other].map(one => startHandling(t, one, {
        adapter: 'shared',
        handle: async () => {
          await delay(5)
          return { kind: 'idle' }
        }
      }))
      await queues.ring('shared', Array.from({ length: 60 }, (_, index) => String(index)))
      await emptied(queue.backend, 'shared')
      const lanes = workers.flatMap(worker => worker.lanes)
      t.equal(lanes.length, 60)
      t.equal(new Set(lanes).size, 60)
    })
  })
}
