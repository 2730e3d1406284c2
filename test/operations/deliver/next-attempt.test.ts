// When a waiting delivery is attempted next, as it is shown (pure).
import t from 'tap'
import { nextAttempt, type WaitingDelivery } from '../../../src/operations/deliver/next-attempt.js'

const hanoi = (time: string): Date => new Date(`2026-11-10T${time}:00+07:00`)
const row = (changes: Partial<WaitingDelivery> = {}): WaitingDelivery =>
  ({ state: 'retrying', next_attempt_at: hanoi('10:00'), blocked_by: null, paused_at: null, probe_at: null, ...changes })

t.test('its own time, where nothing else is in the way', async t => {
  t.strictSame(nextAttempt(row(), []), { at: hanoi('10:00') })
  t.strictSame(nextAttempt(row({ state: 'queued' }), []), { at: hanoi('10:00') })
})

t.test('none for what does not wait', async t => {
  for (const state of ['sending', 'delivered', 'refused', 'failed', 'held', 'superseded', 'cancelled']) t.strictSame(nextAttempt(row({ state }), []), { at: null }, state)
})

t.test('what somebody has to end first is named', async t => {
  t.strictSame(nextAttempt(row({ blocked_by: '7' }), []), { at: null, waitsFor: 'delivery' })
  t.strictSame(nextAttempt(row({ paused_at: hanoi('09:00') }), []), { at: null, waitsFor: 'resume' })
})

t.test('an open breaker and quiet hours put it off', async t => {
  t.strictSame(nextAttempt(row({ probe_at: hanoi('10:05') }), []), { at: hanoi('10:05'), waitsFor: 'breaker' })
  t.strictSame(nextAttempt(row({ probe_at: hanoi('09:55') }), []), { at: hanoi('10:00') }, 'a probe before its own time does not hasten it')
  const quiet = [{ fromMinute: 10 * 60, toMinute: 12 * 60 }]
  t.strictSame(nextAttempt(row(), quiet), { at: hanoi('12:00'), waitsFor: 'quiet-hours' })
  t.strictSame(nextAttempt(row({ probe_at: hanoi('10:05') }), quiet), { at: hanoi('12:00'), waitsFor: 'quiet-hours' })
})
