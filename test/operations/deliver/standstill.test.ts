// Time in which nothing could be sent, and hours in which nothing is (design §2.8). Pure.
import fc from 'fast-check'
import t from 'tap'
import { quietBetween, quietUntil, type Span } from '../../../src/operations/deliver/quiet-hours.js'
import { standstillMs } from '../../../src/operations/deliver/standstill.js'
import { holds } from '../../model/properties.js'

const hanoi = (text: string): Date => new Date(`${text}:00+07:00`)
const NIGHT = [{ fromMinute: 22 * 60, toMinute: 5 * 60 }]
const HOUR = 3_600_000

t.test('a night is quiet over midnight, and its end is on the next day', async t => {
  t.strictSame(quietUntil(NIGHT, hanoi('2026-11-10T23:30')), hanoi('2026-11-11T05:00'))
  t.strictSame(quietUntil(NIGHT, hanoi('2026-11-11T04:59')), hanoi('2026-11-11T05:00'))
  t.equal(quietUntil(NIGHT, hanoi('2026-11-11T05:00')), undefined, 'its end is not part of it')
  t.strictSame(quietUntil(NIGHT, hanoi('2026-11-10T22:00')), hanoi('2026-11-11T05:00'), 'its start is')
  t.equal(quietUntil(NIGHT, hanoi('2026-11-10T12:00')), undefined)
  t.equal(quietUntil([], hanoi('2026-11-10T23:30')), undefined)
})

t.test('quiet hours that adjoin are one', async t => {
  const both = [...NIGHT, { fromMinute: 5 * 60, toMinute: 6 * 60 }]
  t.strictSame(quietUntil(both, hanoi('2026-11-10T23:00')), hanoi('2026-11-11T06:00'))
})

t.test('equal ends mean the whole day, and looking for the end comes to one', async t => {
  const until = quietUntil([{ fromMinute: 0, toMinute: 0 }], hanoi('2026-11-10T12:00'))
  t.ok(until !== undefined && until > hanoi('2026-11-10T12:00'))
})

t.test('every night between two moments is counted', async t => {
  const question = { from: hanoi('2026-11-10T12:00'), to: hanoi('2026-11-13T12:00'), standstills: [], quietHours: NIGHT }
  t.equal(standstillMs(question) / HOUR, 21)
  t.equal(standstillMs({ ...question, to: hanoi('2026-11-10T23:00') }) / HOUR, 1)
  t.equal(standstillMs({ ...question, from: hanoi('2026-11-11T04:00'), to: hanoi('2026-11-11T12:00') }) / HOUR, 1)
})

t.test('an outage that covers a night is not counted twice', async t => {
  const outage: Span = [hanoi('2026-11-10T20:00').getTime(), hanoi('2026-11-11T08:00').getTime()]
  const question = { from: hanoi('2026-11-10T12:00'), to: hanoi('2026-11-11T12:00'), quietHours: NIGHT }
  t.equal(standstillMs({ ...question, standstills: [outage] }) / HOUR, 12)
})

const instants = fc.integer({ min: 0, max: 40 * 24 * 60 }).map(minute => Date.UTC(2026, 9, 1) + minute * 60_000)
const spans = fc.tuple(instants, instants).map(([a, b]): Span => [Math.min(a, b), Math.max(a, b)])
const hours = fc.record({ fromMinute: fc.integer({ min: 0, max: 1439 }), toMinute: fc.integer({ min: 0, max: 1439 }) })

t.test('minute by minute, the length is that of the union', async t => {
  holds(t, fc.property(spans, fc.array(spans, { maxLength: 5 }), fc.array(hours, { maxLength: 2 }), ([start, end], standstills, quietHours) => {
    const to = Math.min(end, start + 3 * 24 * HOUR)
    const all = [...standstills, ...quietBetween(quietHours, new Date(start), new Date(to))]
    let minutes = 0
    for (let at = start; at < to; at += 60_000) if (all.some(([a, b]) => a <= at && at < b)) minutes++
    return standstillMs({ from: new Date(start), to: new Date(to), standstills, quietHours }) === minutes * 60_000
  }))
})

t.test('what is between quiet hours is what is not quiet', async t => {
  holds(t, fc.property(instants, fc.array(hours, { maxLength: 3 }), (at, quietHours) => {
    const inSome = quietBetween(quietHours, new Date(at), new Date(at + 1)).some(([a, b]) => a <= at && at < b)
    return inSome === (quietUntil(quietHours, new Date(at)) !== undefined)
  }))
})
