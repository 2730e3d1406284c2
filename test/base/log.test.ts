import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import t from 'tap'
import { createLog, limitedLog } from '../../src/base/log.js'

interface Line {
  level: number
  event: string
  leftOut?: number
  message?: string
}

function limited (): { log: ReturnType<typeof limitedLog>, lines: Line[] } {
  const lines: Line[] = []
  return { log: limitedLog(pino({}, { write: text => { lines.push(JSON.parse(text) as Line) } })), lines }
}

t.test('a store that is away leads to one line a second, not to one for each failure', async t => {
  const { log, lines } = limited()
  for (let n = 0; n < 10_000; n++) log('queue.store-error', { message: 'connect ECONNREFUSED' })
  t.equal(lines.length, 1)
  t.match(lines[0], { level: 40, event: 'queue.store-error', message: 'connect ECONNREFUSED' })
  t.notHas(lines[0], { leftOut: 0 })
})

t.test('the next line says how many were left out, once', async t => {
  const { log, lines } = limited()
  for (let n = 0; n < 6; n++) log('x', { n })
  await delay(1050)
  log('x', { n: 6 })
  await delay(1050)
  log('x', { n: 7 })
  t.match(lines, [{ n: 0 }, { n: 6, leftOut: 5 }, { n: 7 }])
  t.equal(lines[2]?.leftOut, undefined)
})

t.test('one event does not silence another', async t => {
  const { log, lines } = limited()
  for (const event of ['a', 'b', 'a', 'c', 'b']) log(event, {})
  t.strictSame(lines.map(({ event }) => event), ['a', 'b', 'c'])
})

t.test('the log has the level it was given', async t => {
  t.equal(createLog('silent').level, 'silent')
  t.ok(createLog('warn').isLevelEnabled('error'))
  t.notOk(createLog('warn').isLevelEnabled('info'))
})
