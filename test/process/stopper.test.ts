// A stop: once, in reverse order, and to its end even where a part of it fails.
import { pino } from 'pino'
import t from 'tap'
import { closeInReverse, createStopper } from '../../src/process/stopper.js'

const silent = pino({ level: 'silent' })

t.test('what was opened last is closed first, and a failure keeps nothing else open', async t => {
  const closed: string[] = []
  const failures: string[] = []
  const closers = ['database', 'queue', 'app'].map(name => async () => {
    closed.push(name)
    if (name === 'queue') throw new Error('the queue is away')
  })
  await closeInReverse(closers, error => { failures.push(error.message) })
  t.strictSame(closed, ['app', 'queue', 'database'])
  t.strictSame(failures, ['the queue is away'])
})

t.test('stopping twice closes once', async t => {
  const stopper = createStopper(silent)
  let closed = 0
  stopper.before(async () => { closed++ })
  stopper.stop('SIGTERM')
  stopper.stop('SIGINT')
  await stopper.stopped
  t.equal(closed, 1)
})

t.test('what is opened while the process is already stopping is closed at once', async t => {
  const stopper = createStopper(silent)
  stopper.stop('SIGTERM')
  await stopper.stopped
  t.ok(stopper.isStopping())
  await new Promise<void>(resolve => { stopper.before(async () => { resolve() }) })
})
