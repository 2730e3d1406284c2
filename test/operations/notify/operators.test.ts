// Notifications are deliveries: what an operator does with these holds for them, and a restart loses none.
import t from 'tap'
import { activateAdapters } from '../../../src/adapters/activate.js'
import { startGateway, until } from '../../support/gateway.js'
import { NOTIFIER_SETTINGS, startWebhookReceiver } from '../../support/webhook-receiver.js'
import { openStand, statesAt } from './stand.js'

const stand = await openStand(t, { adapterSettings: { ADAPTER_PROVINCIAL_PORTAL_RETRY_DELAYS_SECONDS: '1' } })

t.test('an old refused notification is listed with its cause, redriven though later ones were delivered, and can be cancelled', async t => {
  const receiver = await startWebhookReceiver(t)
  const { gateway, register, ask, happens, sequenced } = stand
  const { id: endpoint } = await register({ url: receiver.url })
  receiver.answer(({ body }) => body.type === 'tax.notice' ? 400 : 204)
  for (const event of ['tax.notice', 'payment.confirmed']) await happens('H15-operated', event)
  await sequenced('H15-operated', 2)
  await until(() => receiver.received.length === 2)
  await gateway.settled()
  const { causes } = await ask<{ causes: unknown[] }>({ url: '/v1/deliveries/causes?adapter=provincial-portal' })
  t.match(causes, [{ code: 'http-400', count: 1, example: { dossierCode: 'H15-operated' } }])
  t.match(await ask({ method: 'POST', url: '/v1/deliveries/redrive', payload: { adapter: 'provincial-portal', dryRun: true } }), { matching: 1 })
  await ask({ method: 'POST', url: '/v1/deliveries/redrive', payload: { adapter: 'provincial-portal' } })
  await until(() => receiver.received.length === 3)
  t.equal(receiver.received[2]?.body.type, 'tax.notice', 'an event is not overtaken')
  await gateway.settled()
  const { deliveries } = await ask<{ deliveries: Array<{ id: string }> }>({ url: `/v1/deliveries?endpoint=${endpoint}` })
  await ask({ method: 'POST', url: `/v1/deliveries/${deliveries[1]?.id ?? ''}/cancel` })
  t.strictSame(await statesAt(stand, endpoint), ['tax.notice cancelled', 'payment.confirmed delivered'])
  t.match(await ask({ method: 'POST', url: '/v1/adapters/provincial-portal/test' }), { ok: true })
  const { adapters } = await ask<{ adapters: Array<{ id: string }> }>({ url: '/v1/adapters' })
  t.strictSame(adapters.map(({ id }) => id), ['national-portal', 'provincial-portal'])
  await ask({ method: 'DELETE', url: `/v1/endpoints/${endpoint}` })
})

t.test('with the endpoint down and every process restarted, all events arrive in order', async t => {
  const receiver = await startWebhookReceiver(t)
  receiver.answer(503)
  await stand.register({ url: receiver.url })
  const types = ['dossier.received', 'tax.notice', 'payment.confirmed']
  for (const event of types) await stand.happens('H15-restart', event)
  await stand.sequenced('H15-restart', 3)
  await until(() => receiver.received.length > 0)
  await stand.gateway.close()
  const { environment } = stand.gateway
  const next = await startGateway(t, { databaseUrl: environment['DATABASE_URL'] ?? '', environment })
  receiver.answer(204)
  await next.settled()
  const taken = receiver.received.map(({ body }) => body.type)
  t.strictSame(taken.filter((type, index) => type !== taken[index - 1]), types)
})

t.test('settings with which addresses could not be checked stop the boot, named and without their value', async t => {
  const problems = async (more: Record<string, string>): Promise<string> => {
    const environment = { ...NOTIFIER_SETTINGS, ...more }
    return String(await activateAdapters({ environment, wanted: ['provincial-portal'] }).then(() => '', (error: Error) => error.message))
  }
  t.match(await problems({ ADAPTER_PROVINCIAL_PORTAL_PROXY_URL: 'http://tinh:matkhau@10.0.0.9:3128' }), /^ADAPTER_PROVINCIAL_PORTAL_PROXY_URL: not with provincial-portal(?!.*matkhau)/)
  t.match(await problems({ ADAPTER_PROVINCIAL_PORTAL_ALLOW_NETWORKS: '10.0.0.0/8, 10.0.0.0/33' }), /ALLOW_NETWORKS: must be addresses or networks like/)
  t.match(await problems({ ADAPTER_PROVINCIAL_PORTAL_SIGNING_KEY: 'short' }), /SIGNING_KEY: must be a string like 32 to 200/)
  t.match(await problems({ ADAPTER_PROVINCIAL_PORTAL_SIGNING_KEY: '' }), /SIGNING_KEY: missing/)
})
