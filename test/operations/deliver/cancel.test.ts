// What an operator does to a held delivery, once somebody has looked at the partner.
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { aStep } from '../../support/dossiers.js'
import { cancelDelivery, redriveDeliveries } from '../../../src/redrive/redrive.js'
import { openStand, say, type Case } from './stand.js'

t.setTimeout(60_000)
const stand = openStand(t)
const cut = (response: ServerResponse): void => { response.destroy() }

/** A dossier whose step may have reached the partner. */
async function held (): Promise<Case & { id: string }> {
  const { gateway, aCase } = await stand
  const one = aCase()
  await one.push({ 'steps/update': cut }, { progress: [aStep()] })
  await one.reaches('held')
  one.answer({})
  const { id } = await gateway.services.db.selectFrom('deliveries as d').innerJoin('dossiers as x', 'x.id', 'd.dossier_id')
    .select('d.id').where('x.code', '=', one.code).executeTakeFirstOrThrow()
  return { ...one, id }
}

t.test('the step is missing at the partner: a redrive sends it', async t => {
  const { id, reaches, paths } = await held()
  const { services } = (await stand).gateway
  const { redriven, lanes } = await redriveDeliveries(services.db, { ids: [id] }, 'operator')
  t.match(redriven, [{ id, state: 'queued' }])
  services.relay.ring(lanes)
  await reaches('delivered')
  t.strictSame(paths(), ['/dossier/create', '/steps/update', '/dossier/update', '/steps/update'])
})

t.test('the step is at the partner: a cancel that says so ends the delivery, and no later revision sends the step', async t => {
  const { id, push, reaches, paths, shown } = await held()
  const { services } = (await stand).gateway
  const cancelled = await cancelDelivery(services.db, id, { actor: 'operator', confirmSteps: true })
  t.match(cancelled, { id, revision: 1 })
  t.match(await shown(), { state: 'cancelled' })
  await push()
  await reaches('delivered')
  t.strictSame(paths(), ['/dossier/create', '/steps/update', '/dossier/update'])
  const entry = await services.db.selectFrom('audit_entries').select(['actor', 'details']).where('delivery_id', '=', id).where('action', '=', 'delivery.cancelled').executeTakeFirstOrThrow()
  t.match(entry, { actor: 'operator', details: { revision: 1, confirmSteps: true } })
})

t.test('a cancel that says nothing of the step leaves it to the next revision', async t => {
  const { id, push, reaches, paths } = await held()
  await cancelDelivery((await stand).gateway.services.db, id, { actor: 'operator', confirmSteps: false })
  await push()
  await reaches('delivered')
  t.strictSame(paths(), ['/dossier/create', '/steps/update', '/dossier/update', '/steps/update'])
})

t.test('a newer revision that waited behind a held one is delivered once that is cancelled', async t => {
  const { id, push, reaches } = await held()
  const { services } = (await stand).gateway
  await push()
  const { lanes = [] } = await cancelDelivery(services.db, id, { actor: 'operator', confirmSteps: true }) ?? {}
  services.relay.ring(lanes)
  t.match(await reaches('delivered'), { revision: 2 })
})

t.test('what is delivered, or does not exist, cannot be cancelled', async t => {
  const { gateway, aCase } = await stand
  const one = aCase()
  await one.push({ 'dossier/create': say('ok') })
  await one.reaches('delivered')
  const { id } = await gateway.services.db.selectFrom('deliveries').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()
  t.equal(await cancelDelivery(gateway.services.db, id, { actor: 'operator', confirmSteps: false }), undefined)
  t.equal(await cancelDelivery(gateway.services.db, '999999999', { actor: 'operator', confirmSteps: false }), undefined)
  t.match(await one.shown(), { state: 'delivered' })
})
