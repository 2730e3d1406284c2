// In quiet hours nothing is sent; everything is accepted, and it goes by itself when they are over.
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { openStand } from './stand.js'

t.setTimeout(60_000)

t.test('what is pushed in quiet hours waits, shows until when, and readiness stays green', async t => {
  const { gateway, partner, aCase } = await openStand(t, { ADAPTER_FIRST_QUIET_HOURS: '00:00-00:00' })
  const one = aCase()
  await one.push()
  await gateway.services.sweep.run()
  await delay(500)
  t.equal(partner.received.length, 0)
  t.match(await one.shown(), { state: 'queued', attempts: 0, waitsFor: 'quiet-hours', nextAttemptAt: /T00:00:00\+07:00$/ })
  t.equal((await gateway.call({ url: '/readyz' })).statusCode, 200)
  // They end: here because somebody changed the setting.
  const adapter = gateway.services.adapters.get('first')
  Object.assign(adapter?.retry ?? {}, { quietHours: [] })
  const { id } = await gateway.services.db.selectFrom('lanes').select('id').executeTakeFirstOrThrow()
  gateway.services.relay.ring([{ id, adapter: 'first' }])
  await one.reaches('delivered')
})
