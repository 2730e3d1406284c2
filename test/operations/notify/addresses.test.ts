// Where endpoints may be, and what is told where there can be none.
import t from 'tap'
import { startGateway, until } from '../../support/gateway.js'
import { startWebhookReceiver } from '../../support/webhook-receiver.js'
import { openStand, statesAt } from './stand.js'

t.test('an address that is not allowed is refused at once where it shows, and fails for good where only its name tells', async t => {
  const strict = await openStand(t, { adapterSettings: { ADAPTER_PROVINCIAL_PORTAL_ALLOW_NETWORKS: '10.20.0.0/16' } })
  for (const url of ['https://127.0.0.1/', 'http://[::ffff:127.0.0.1]:8080/', 'https://169.254.169.254/latest', 'http://10.21.0.1/']) {
    const refused = await strict.gateway.call({ method: 'POST', url: '/v1/endpoints', payload: { url } })
    t.match(refused.json(), { status: 422, errors: [{ pointer: '/url', code: 'address-not-allowed' }] }, url)
  }
  const receiver = await startWebhookReceiver(t)
  const endpoint = await strict.register({ url: receiver.url.replace('127.0.0.1', 'localhost') })
  await strict.happens('H15-inside')
  await strict.sequenced('H15-inside', 1)
  await until(async () => (await statesAt(strict, endpoint.id)).join() === 'payment.confirmed failed')
  const { deliveries } = await strict.ask<{ deliveries: unknown[] }>({ url: `/v1/deliveries?endpoint=${endpoint.id}` })
  t.match(deliveries, [{ attempts: 1, lastFailure: { kind: 'mapping', code: 'address-not-allowed', cure: /ALLOW_NETWORKS/ } }])
  t.equal(receiver.received.length, 0)
})

t.test('without the adapter there are events and no endpoints', async t => {
  const plain = await startGateway(t, { role: 'api' })
  const refused = await plain.call({ method: 'POST', url: '/v1/endpoints', payload: { url: 'https://motcua.example.vn/' } })
  t.match(refused.json(), { status: 409, code: 'notifications-off' })
  t.strictSame((await plain.call({ url: '/v1/events' })).json(), { events: [], cursor: '0' })
})
