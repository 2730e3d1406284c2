// Notifications ride the kernel of dossiers: in order for each dossier and endpoint, endpoints apart, on both queues.
import t from 'tap'
import { BACKENDS } from '../../support/backends.js'
import { checkAudit, checkStates } from '../../support/conservation.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { until } from '../../support/gateway.js'
import { isGenuine, startWebhookReceiver } from '../../support/webhook-receiver.js'
import { openStand, statesAt } from './stand.js'

for (const backend of BACKENDS) {
  t.test(`events reach two endpoints in order, one of which fails and then is there again (${backend.name})`, { skip: backend.skip }, async t => {
    const [well, ill] = [await startWebhookReceiver(t), await startWebhookReceiver(t)]
    const stand = await openStand(t, { redisUrl: await backend.redisUrl(t) })
    const { gateway, register, happens, sequenced } = stand
    const [first, second] = [await register({ url: well.url }), await register({ url: ill.url })]
    ill.answer(503)
    const code = codeOf(1)
    await happens(code, 'dossier.received')
    await sequenced(code, 1)
    t.equal((await gateway.push(aDossier({ code }))).statusCode, 202)
    await until(() => well.received.length === 2)
    await happens(code)
    await sequenced(code, 3)
    await until(() => well.received.length === 3)
    const order = ['dossier.received', 'dossier.delivered', 'payment.confirmed']
    t.strictSame(well.received.map(({ body }) => body.type), order, 'a dead endpoint holds up nobody else')
    await until(() => ill.received.length >= 3)
    t.strictSame([...new Set(ill.received.map(({ body }) => body.type))], ['dossier.received'], 'where the first was not taken no later one is sent')
    ill.answer(204)
    await until(async () => (await statesAt(stand, second.id)).every(state => state.endsWith('delivered')))
    const taken = ill.received.map(({ body }) => body.type)
    t.strictSame(taken.filter((type, index) => type !== taken[index - 1]), order)
    for (const webhook of well.received) t.ok(isGenuine(first.secret, webhook), webhook.body.type)
    for (const webhook of ill.received) t.ok(isGenuine(second.secret, webhook) && !isGenuine(first.secret, webhook), 'each endpoint has a secret of its own')
    t.equal(new Set(ill.received.filter(({ body }) => body.type === 'dossier.received').map(({ headers }) => headers['webhook-id'])).size, 1, 'a repetition keeps its id')
    await gateway.settled()
    await gateway.services.sequencer.run()
    await checkStates(t, gateway.services.db)
    await checkAudit(t, gateway.services.db)
    t.equal(well.received.length, 3, 'a notification makes no further one')
  })
}

t.test('what is told of a dossier is thin: no name, no number, no summary', async t => {
  const receiver = await startWebhookReceiver(t)
  const { gateway, register } = await openStand(t)
  await register({ url: receiver.url })
  const dossier = aDossier({ code: codeOf(2) })
  await gateway.push(dossier)
  await until(() => receiver.received.length === 1)
  const [webhook] = receiver.received
  const { body, raw } = webhook ?? { body: undefined, raw: '' }
  t.match(body, {
    id: /^evt_[0-9a-f]{32}$/,
    type: 'dossier.delivered',
    timestamp: /\+07:00$/,
    data: { dossierCode: dossier.code, revision: 1, adapter: 'national-portal', deliveryId: /^\d+$/, links: { dossier: `/v1/dossiers/${dossier.code}` } }
  })
  t.equal(webhook?.headers['webhook-id'], body?.id)
  for (const personal of [dossier.applicant.name, dossier.applicant.phone, dossier.applicant.email, dossier.summary, '066099000001']) t.notMatch(raw, String(personal))

  t.test('and an operator sees dossiers and notifications apart', async t => {
    const shown = (await gateway.call({ url: `/v1/dossiers/${dossier.code}` })).json<{ deliveries: Array<{ adapter: string }> }>()
    t.strictSame(shown.deliveries.map(({ adapter }) => adapter), ['national-portal'])
    const { deliveries } = (await gateway.call({ url: `/v1/deliveries?dossier=${dossier.code}` })).json<{ deliveries: Array<Record<string, unknown>> }>()
    t.match(deliveries, [
      { adapter: 'provincial-portal', revision: null, dossierCode: dossier.code, event: { id: body?.id, type: 'dossier.delivered' } },
      { adapter: 'national-portal', revision: 1 }
    ])
    const preview = (await gateway.call({ method: 'POST', url: '/v1/dossiers/preview', payload: dossier })).json<{ adapters: Array<{ adapter: string }> }>()
    t.strictSame(preview.adapters.map(({ adapter }) => adapter), ['national-portal'])
    const evidence = (await gateway.call({ url: `/v1/deliveries/${String(deliveries[0]?.['id'])}` })).json<{ tries: Array<{ calls: unknown[] }> }>()
    t.match(evidence.tries, [{ result: 'delivered', calls: [{ operation: 'event', request: { url: `${new URL(receiver.url).origin}/…`, body: { type: 'dossier.delivered' } }, answer: { status: 204 } }] }])
    t.notMatch(JSON.stringify(evidence), /whsec_|v1,/)
    const refused = await gateway.call({ method: 'POST', url: '/v1/reconciliations', payload: { adapter: 'provincial-portal' } })
    t.match(refused.json(), { code: 'adapter-not-found' }, 'nothing is compared with a portal that holds no dossiers')
  })
})
