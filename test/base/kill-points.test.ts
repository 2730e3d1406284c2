// The named places where the fault run kills a process: one that is never passed would prove nothing.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import t from 'tap'
import { POINTS, POINTS_CHANNEL } from '../../src/base/kill-points.js'
import { aDossier, aStep, codeOf } from '../support/dossiers.js'
import { startGateway, until } from '../support/gateway.js'

t.test('an ordinary run with a failure that passes, and a lane left by a dead process, passes every point', async t => {
  const passed = new Set<unknown>()
  const note = (name: unknown): void => { passed.add(name) }
  subscribe(POINTS_CHANNEL, note)
  t.teardown(() => { unsubscribe(POINTS_CHANNEL, note) })
  const gateway = await startGateway(t)
  gateway.sandbox.faults.add({ kind: 'status', status: 503, match: { service: 'DongBoHoSoMC' }, times: 1 })
  await gateway.push(aDossier({ progress: [aStep()] }))
  await gateway.settled()
  await leaveSending(gateway)
  await until(() => passed.size === POINTS.length).catch(() => {})
  t.strictSame([...passed].sort(), [...POINTS].sort())
  await gateway.settled()
})

/** What a killed worker leaves: a head that is being sent, by nobody. */
async function leaveSending ({ services, call, push }: Awaited<ReturnType<typeof startGateway>>): Promise<void> {
  const pause = '/v1/adapters/national-portal'
  await call({ method: 'POST', url: `${pause}/pause` })
  await push(aDossier({ code: codeOf(2) }))
  await services.db.updateTable('deliveries').set({ state: 'sending' }).where('state', '=', 'queued').execute()
  await call({ method: 'POST', url: `${pause}/resume` })
}
