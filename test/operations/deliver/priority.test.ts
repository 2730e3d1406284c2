// Which lane goes first (design §2.15).
import fc from 'fast-check'
import t from 'tap'
import { lanePriority, type PriorityInput } from '../../../src/operations/deliver/priority.js'

const NOW = Date.UTC(2026, 10, 25, 3)
const HOUR = 3_600_000
const MOST = 2 ** 21 - 1
const inHours = (hours: number, more: Partial<PriorityInput> = {}): PriorityInput =>
  ({ dueAt: new Date(NOW + hours * HOUR).toISOString(), retries: 0, redriven: false, since: new Date(NOW).toISOString(), now: NOW, ...more })
const undated = (more: Partial<PriorityInput> = {}): PriorityInput => ({ retries: 0, redriven: false, since: new Date(NOW).toISOString(), now: NOW, ...more })

/** The inputs' names, first come first. */
function order (inputs: Record<string, PriorityInput>): string[] {
  return Object.entries(inputs).sort(([, a], [, b]) => lanePriority(a) - lanePriority(b)).map(([name]) => name)
}

t.test('what is near due or late goes first, soonest first, then new work by due time, then what is tried again by due time', async t => {
  t.strictSame(order({
    'retried, due in 5 days': inHours(120, { retries: 3 }),
    'new, due in 30 days': inHours(720),
    'due in 2 hours': inHours(2),
    'redriven, due in 2 days': inHours(48, { redriven: true }),
    'new, due in 2 days': inHours(48),
    'retried, due in 5 hours': inHours(5, { retries: 9 }),
    'late for a day': inHours(-24),
    'retried, late for a day': inHours(-24, { retries: 1 }),
    'new without a due date': undated()
  }), [
    'late for a day', 'due in 2 hours', 'retried, due in 5 hours',
    'new, due in 2 days', 'new without a due date', 'new, due in 30 days',
    'retried, late for a day', 'redriven, due in 2 days', 'retried, due in 5 days'
  ])
})

t.test('it is near due up to 24 hours ahead', async t => {
  t.ok(lanePriority(inHours(24, { retries: 1 })) < lanePriority(inHours(24.3)))
  t.ok(lanePriority(inHours(24.3, { retries: 1 })) > lanePriority(inHours(700)))
})

t.test('new work passes a backlog of any due time that is not near', async () => {
  fc.assert(fc.property(fc.double({ min: 24.3, max: 5000, noNaN: true }), fc.double({ min: 24.3, max: 5000, noNaN: true }), (a, b) =>
    lanePriority(inHours(a)) < lanePriority(inHours(b, { retries: 1 }))))
})

t.test('a lane whose turn has not come moves up one class, and does not go before what that class has', async t => {
  t.strictSame(order({
    'retried, not waited': inHours(48, { retries: 1 }),
    'retried, waited': inHours(48, { retries: 1, waited: true }),
    'new, due in 3 days': inHours(72),
    'new, undated': undated(),
    'new, due in 30 days': inHours(720),
    'new, waited': inHours(720, { waited: true }),
    'due in 23 hours, waited': inHours(23, { waited: true }),
    'due in 22 hours': inHours(22)
  }), [
    'due in 22 hours', 'due in 23 hours, waited', 'new, waited',
    'new, due in 3 days', 'new, undated', 'retried, waited', 'new, due in 30 days', 'retried, not waited'
  ])
})

t.test('undated new work goes before a backlog that waits for less than a day, and after one that waits longer', async t => {
  const ago = (hours: number): string => new Date(NOW - hours * HOUR).toISOString()
  t.ok(lanePriority(undated()) < lanePriority(undated({ retries: 1, waited: true, since: ago(23) })))
  t.ok(lanePriority(undated()) > lanePriority(undated({ retries: 1, waited: true, since: ago(25) })))
})

t.test('a lane that is rung again keeps its place among those that came when it did', async t => {
  const since = new Date(NOW - HOUR).toISOString()
  t.equal(lanePriority(undated({ since })), lanePriority(undated({ since, now: NOW + 10 * HOUR })))
  t.ok(lanePriority(undated({ since })) < lanePriority(undated()))
})

t.test('the priority is always one that BullMQ takes, also past the calendar\'s ends', async t => {
  fc.assert(fc.property(fc.date({ noInvalidDate: true }), fc.boolean(), fc.nat(1), (due, waited, retries) => {
    const priority = lanePriority({ dueAt: due.toISOString(), redriven: false, waited, retries, since: due.toISOString(), now: NOW })
    return Number.isInteger(priority) && priority >= 1 && priority <= MOST
  }))
  t.ok(lanePriority(inHours(-50_000)) >= 1)
  t.ok(lanePriority(inHours(1_000_000, { retries: 1 })) <= MOST)
})
