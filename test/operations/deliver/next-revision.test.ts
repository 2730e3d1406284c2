// What becomes of a dossier's next revision when the one before it fails, is refused, or waits (design §2.6).
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { deliveryStates, until } from '../../support/gateway.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { startPartner } from '../../support/partner.js'
import { adaptersFolder } from '../../adapters/adapters-folder.js'
import { auditOf, inTurn, openStand, say } from './stand.js'

t.setTimeout(60_000)

t.test('a newer revision that came while the older one was being sent takes its place when that fails, and at once', async t => {
  const { aCase, gateway } = await openStand(t, { ADAPTER_FIRST_RETRY_DELAYS_SECONDS: '3600' })
  const one = aCase()
  let answerFirst: ((response: ServerResponse) => void) | undefined
  const waiting = new Promise<ServerResponse>(resolve => { answerFirst = resolve })
  await one.push({ 'dossier/create': inTurn(response => { answerFirst?.(response) }, say('ok')) })
  const response = await waiting
  await one.push()
  response.writeHead(503).end()
  await one.reaches('delivered')
  t.strictSame(await deliveryStates(gateway.services), [`${one.code} 1 superseded`, `${one.code} 2 delivered`])
  t.match(await auditOf(gateway, one.code), ['attempted', 'retrying', 'superseded', 'attempted', 'delivered'])
})

t.test('a revision that is redriven while a newer one is being sent ends superseded, and nothing of it is sent', async t => {
  const { aCase, gateway } = await openStand(t)
  const one = aCase()
  let answerSecond: ((response: ServerResponse) => void) | undefined
  const waiting = new Promise<ServerResponse>(resolve => { answerSecond = resolve })
  await one.push({ 'dossier/create': inTurn(say('không', 400), response => { answerSecond?.(response) }) })
  await one.reaches('refused')
  const { id } = await gateway.services.db.selectFrom('deliveries').select('id').executeTakeFirstOrThrow()
  await one.push()
  const response = await waiting
  await gateway.call({ method: 'POST', url: '/v1/deliveries/redrive', payload: { ids: [id] } })
  response.end('ok')
  await gateway.settled()
  t.strictSame(await deliveryStates(gateway.services), [`${one.code} 1 superseded`, `${one.code} 2 delivered`])
  t.strictSame(one.paths(), ['/dossier/create', '/dossier/create'])
  t.equal((await auditOf(gateway, one.code)).at(-1), 'superseded')
})

t.test('where newer revisions do not supersede, the older one is tried again before the newer one', async t => {
  const partner = await startPartner(t)
  const answers = [503, 503]
  partner.answer((_request, response) => response.writeHead(answers.shift() ?? 200).end('ok'))
  const gateway = await startGateway(t, {
    adaptersFolder: new URL('../../fixtures/adapters/', import.meta.url),
    adapterSettings: { ADAPTERS: 'second', ADAPTER_SECOND_BASE_URL: partner.url }
  })
  await gateway.push(aDossier({ summary: 'Lần 1' }))
  await until(() => partner.received.length === 1)
  await gateway.push(aDossier({ summary: 'Lần 2' }))
  await gateway.settled()
  t.strictSame(partner.received.map(({ body }) => body.revisionText), ['Lần 1', 'Lần 1', 'Lần 1', 'Lần 2'])
})

t.test('where the manifest wants it, later revisions wait behind a refused one until somebody decides', async t => {
  const partner = await startPartner(t)
  const folder = await adaptersFolder(t)
  await folder.add('waiting', { deliver: { supersedes: false, afterFailure: 'wait', calls: { dossier: { upsert: true, safeToRepeat: true }, steps: { upsert: false, safeToRepeat: false } } } })
  await folder.write('waiting/adapter.js', `export { echoAdapter as default } from ${JSON.stringify(new URL('../../support/echo-adapter.js', import.meta.url).href)}`)
  partner.answer(({ body }, response) => response.writeHead(body.revisionText === 'Lần 1' && partner.received.length === 1 ? 400 : 200).end('ok'))
  const gateway = await startGateway(t, { adaptersFolder: folder.url, adapterSettings: { ADAPTERS: 'waiting', ADAPTER_WAITING_BASE_URL: partner.url } })
  const code = codeOf(1)
  await gateway.push(aDossier({ summary: 'Lần 1' }))
  await until(async () => (await deliveryStates(gateway.services))[0] === `${code} 1 refused`)
  await gateway.push(aDossier({ summary: 'Lần 2' }))
  await gateway.services.sweep.run()
  const shown = (await gateway.call({ url: `/v1/dossiers/${code}` })).json<{ deliveries: Array<Record<string, unknown>> }>()
  const { id } = shown.deliveries.find(({ revision }) => revision === 1) ?? {}
  t.match(shown.deliveries.find(({ revision }) => revision === 2), { state: 'queued', blockedBy: id, nextAttemptAt: null }, 'and one can see behind what')
  await gateway.call({ method: 'POST', url: '/v1/deliveries/redrive', payload: { ids: [id] } })
  await gateway.settled()
  t.strictSame(await deliveryStates(gateway.services), [`${code} 1 delivered`, `${code} 2 delivered`])
  t.strictSame(partner.received.map(({ body }) => body.revisionText), ['Lần 1', 'Lần 1', 'Lần 2'])
})

t.test('a lane that waits is freed by a cancel as well', async t => {
  const partner = await startPartner(t)
  const folder = await adaptersFolder(t)
  await folder.add('waiting', { deliver: { supersedes: false, afterFailure: 'wait', calls: { dossier: { upsert: true, safeToRepeat: true }, steps: { upsert: false, safeToRepeat: false } } } })
  await folder.write('waiting/adapter.js', `export { echoAdapter as default } from ${JSON.stringify(new URL('../../support/echo-adapter.js', import.meta.url).href)}`)
  partner.answer(({ body }, response) => response.writeHead(body.revisionText === 'Lần 1' ? 400 : 200).end('ok'))
  const gateway = await startGateway(t, { adaptersFolder: folder.url, adapterSettings: { ADAPTERS: 'waiting', ADAPTER_WAITING_BASE_URL: partner.url } })
  await gateway.push(aDossier({ summary: 'Lần 1' }))
  await until(async () => (await deliveryStates(gateway.services))[0]?.endsWith('refused') === true)
  await gateway.push(aDossier({ summary: 'Lần 2' }))
  const { id } = await gateway.services.db.selectFrom('deliveries').select('id').where('revision', '=', 1).executeTakeFirstOrThrow()
  await gateway.call({ method: 'POST', url: `/v1/deliveries/${id}/cancel` })
  await gateway.settled()
  t.strictSame((await deliveryStates(gateway.services)).map(state => state.split(' ')[2]), ['cancelled', 'delivered'])
})
