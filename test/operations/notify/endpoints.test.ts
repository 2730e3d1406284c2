// What the owner of an endpoint can do with it, on one gateway and real receivers.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { addKey, generateKey } from '../../../src/db/keys.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { KEY, until } from '../../support/gateway.js'
import { isGenuine, startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.js'
import { auditOf, openStand, statesAt, type RegisteredEndpoint } from './stand.js'

const stand = await openStand(t)
const { gateway, register, ask, happens, sequenced } = stand
const { db } = gateway.services

/** An endpoint of the test's own, deleted at its end so that it hears nothing of the others. */
async function endpointOf (t: Test, body: Record<string, unknown> = {}): Promise<{ receiver: WebhookReceiver, endpoint: RegisteredEndpoint }> {
  const receiver = await startWebhookReceiver(t)
  const endpoint = await register({ url: receiver.url, ...body })
  t.teardown(async () => gateway.call({ method: 'DELETE', url: `/v1/endpoints/${endpoint.id}` }))
  return { receiver, endpoint }
}

const typesAt = ({ received }: WebhookReceiver): string[] => received.map(({ body }) => body.type)

t.test('an endpoint hears of what its filters let through', async t => {
  const own = await endpointOf(t, { ownDossiersOnly: true })
  const other = await endpointOf(t, { agency: '000.00.15.H15' })
  const some = await endpointOf(t, { agency: 'H15.14', types: ['payment.confirmed', 'tax.notice'] })
  const all = await endpointOf(t)
  const code = codeOf(10)
  await gateway.push(aDossier({ code }))
  await gateway.settled()
  await happens(code)
  await happens('H15-never-pushed', 'dossier.received')
  await sequenced(code, 2)
  await sequenced('H15-never-pushed', 1)
  await until(() => all.receiver.received.length === 3 && own.receiver.received.length === 2 && some.receiver.received.length === 1)
  t.strictSame(typesAt(all.receiver).sort(), ['dossier.delivered', 'dossier.received', 'payment.confirmed'])
  t.strictSame(typesAt(own.receiver), ['dossier.delivered', 'payment.confirmed'])
  t.strictSame(typesAt(some.receiver), ['payment.confirmed'])
  t.strictSame(typesAt(other.receiver), [], 'nothing of another agency')
})

t.test('Old secret still valid for ever, or valid 0 s: both sign during the overlap and the new one alone after it', async t => {
  const { receiver, endpoint } = await endpointOf(t)
  const heard = async (code: string): Promise<NonNullable<typeof receiver.received[number]>> => {
    const before = receiver.received.length
    await happens(code)
    await sequenced(code, 1)
    await until(() => receiver.received.length > before)
    return receiver.received.at(-1) ?? t.fail('nothing came') as never
  }
  const rotate = async (overlapSeconds: number): Promise<{ secret: string, previous: { secret: string } | null }> => ask({ method: 'POST', url: `/v1/endpoints/${endpoint.id}/rotate`, payload: { overlapSeconds } })
  const second = await rotate(3600)
  t.match(second, { secretVersion: 2, previous: { secret: endpoint.secret, secretVersion: 1 } })
  const during = await heard('H15-rotate-1')
  t.ok(isGenuine(endpoint.secret, during) && isGenuine(second.secret, during))
  await sql`update webhook_endpoints set previous_until = clock_timestamp() where id = ${endpoint.id}`.execute(db)
  const after = await heard('H15-rotate-2')
  t.ok(!isGenuine(endpoint.secret, after) && isGenuine(second.secret, after), 'the overlap is over')
  const third = await rotate(0)
  t.match(third, { secretVersion: 3, previous: null })
  const atOnce = await heard('H15-rotate-3')
  t.ok(!isGenuine(second.secret, atOnce) && isGenuine(third.secret, atOnce), 'without overlap the old one is invalid at once')
  const shown = await gateway.call({ url: `/v1/endpoints/${endpoint.id}/secret` })
  t.match(shown.json(), { secret: third.secret })
  t.equal(shown.headers['cache-control'], 'no-store')
  t.match((await auditOf(stand, endpoint.id)).map(({ action }) => action), ['endpoint.created', 'endpoint.secret-rotated', 'endpoint.secret-rotated', 'endpoint.secret-viewed'])
  t.notMatch(JSON.stringify(await sql`select * from webhook_endpoints`.execute(db).then(({ rows }) => rows)), /whsec/, 'no secret is stored')
})

t.test('Endpoint changed, old address used from a cache: the next attempt goes to the new one', async t => {
  const { receiver, endpoint } = await endpointOf(t)
  const next = await startWebhookReceiver(t)
  receiver.answer(503)
  await happens('H15-moved')
  await sequenced('H15-moved', 1)
  await until(() => receiver.received.length > 0)
  await ask({ method: 'PATCH', url: `/v1/endpoints/${endpoint.id}`, payload: { url: next.url } })
  await until(() => next.received.length === 1)
  t.equal(next.received[0]?.headers['webhook-id'], receiver.received[0]?.headers['webhook-id'])
  const audited = await auditOf(stand, endpoint.id)
  t.match(audited.at(-1), { action: 'endpoint.changed', details: { changed: ['url'] } })
  const [created, changed] = audited.map(({ details }) => details['server'])
  t.equal(created, new URL(receiver.url).origin, 'of an address the log has the server alone')
  t.equal(changed, new URL(next.url).origin, 'also after a change')
})

t.test('Endpoint disabled silently: 410 disables it, says so once, and what waited is cancelled', async t => {
  const { receiver, endpoint } = await endpointOf(t)
  receiver.answer(410)
  const since = new Date(Date.now() - 60_000).toISOString()
  await happens('H15-gone')
  await happens('H15-gone', 'tax.notice')
  await sequenced('H15-gone', 2)
  await until(async () => (await statesAt(stand, endpoint.id)).every(state => /refused|cancelled/.test(state)))
  t.equal(receiver.received.length, 1, 'it is not called again')
  t.match(await ask({ url: `/v1/endpoints/${endpoint.id}` }), { enabled: false, disabled: { code: 'endpoint-gone', by: /^worker:/ } })
  const { endpoints } = await ask<{ endpoints: Array<{ id: string }> }>({ url: '/v1/alerts' })
  t.match(endpoints.filter(({ id }) => id === endpoint.id), [{ state: 'disabled', code: 'endpoint-gone', server: new URL(receiver.url).origin }])
  await happens('H15-gone', 'payment.confirmed')
  await sequenced('H15-gone', 3)
  t.equal((await statesAt(stand, endpoint.id)).length, 2, 'nothing more is planned for it')
  t.equal((await gateway.call({ method: 'POST', url: `/v1/endpoints/${endpoint.id}/test` })).json<{ code: string }>().code, 'endpoint-disabled')
  receiver.answer(204)
  await ask({ method: 'PATCH', url: `/v1/endpoints/${endpoint.id}`, payload: { enabled: true, types: ['tax.notice', 'payment.confirmed'] } })
  await ask({ method: 'POST', url: `/v1/endpoints/${endpoint.id}/replay`, payload: { since } })
  const ofGone = (): string[] => receiver.received.filter(({ body }) => body.data['dossierCode'] === 'H15-gone').slice(1).map(({ body }) => body.type)
  await until(() => ofGone().length === 3)
  t.strictSame(ofGone(), ['payment.confirmed', 'tax.notice', 'payment.confirmed'], 'a replay brings what it missed, in order')
  t.match((await auditOf(stand, endpoint.id)).map(({ action }) => action), ['endpoint.created', 'endpoint.disabled', 'endpoint.changed', 'endpoint.enabled', 'endpoint.replayed'])
})

t.test('One alert per event instead of per target: a dead endpoint with many events is one line, and enabling it closes no breaker', async t => {
  const { receiver, endpoint } = await endpointOf(t)
  receiver.answer(503)
  const codes = Array.from({ length: 12 }, (_, index) => `H15-dead-${index}`)
  for (const code of codes) await happens(code)
  const alerts = async (): Promise<unknown[]> => (await ask<{ endpoints: Array<{ id: string }> }>({ url: '/v1/alerts' })).endpoints.filter(({ id }) => id === endpoint.id)
  await until(async () => (await alerts()).length > 0)
  t.match(await alerts(), [{ state: 'failing', code: 'http-503', clientId: 'bootstrap' }])
  const opened = async (): Promise<number> => (await sql`select from audit_entries where action = 'target.opened' and details ->> 'unit' = ${endpoint.id}`.execute(db)).rows.length
  t.equal(await opened(), 1, 'audited once')
  const targets = async (): Promise<number> => (await ask<{ adapters: Array<{ id: string, targets: Array<{ unit: string }> }> }>({ url: '/v1/adapters' })).adapters
    .flatMap(adapter => adapter.targets).filter(({ unit }) => unit === endpoint.id).length
  const switched = async (enabled: boolean): Promise<unknown> => ask({ method: 'PATCH', url: `/v1/endpoints/${endpoint.id}`, payload: { enabled } })
  t.equal(await targets(), 1)
  await switched(false)
  t.equal(await targets(), 0, 'nobody waits for one that is off')
  await switched(true)
  t.equal((await alerts()).length, 1, 'off and on again, it still has to show that it is back')
  receiver.answer(204)
  const before = typesAt(receiver).length
  await ask({ method: 'POST', url: `/v1/endpoints/${endpoint.id}/test` })
  // An event that was being sent when the endpoint was switched off may come before it or after it.
  await until(() => typesAt(receiver).slice(before).includes('endpoint.test'))
  await until(async () => (await alerts()).length === 0)
})

t.test('what waits for a repetition when its endpoint goes is cancelled by the next claim, and never sent', async t => {
  const { receiver, endpoint } = await endpointOf(t)
  receiver.answer(503)
  await happens('H15-straggler')
  await sequenced('H15-straggler', 1)
  await until(() => receiver.received.length > 0)
  // As if it had been under way when its owner switched the endpoint off.
  await sql`update webhook_endpoints set disabled_at = clock_timestamp() where id = ${endpoint.id}`.execute(db)
  await until(async () => (await statesAt(stand, endpoint.id)).join() === 'payment.confirmed cancelled')
  const { rows } = await sql`select from audit_entries where action = 'delivery.cancelled' and dossier_code = 'H15-straggler' and details ->> 'by' = 'endpoint-disabled'`.execute(db)
  t.equal(rows.length, 1, 'and the log says why')
  const calls = receiver.received.length
  await happens('H15-straggler', 'tax.notice')
  await sequenced('H15-straggler', 2)
  t.equal(receiver.received.length, calls)
})

t.test('one event is replayed with the id it had, also to an endpoint that is newer than the event', async t => {
  const { receiver, endpoint } = await endpointOf(t)
  for (const event of ['tax.notice', 'payment.confirmed']) await happens('H15-again', event)
  await sequenced('H15-again', 2)
  await until(() => receiver.received.length === 2)
  const [first] = receiver.received
  const event = String(first?.headers['webhook-id'])
  t.match(await ask({ method: 'POST', url: `/v1/endpoints/${endpoint.id}/replay`, payload: { event } }), { deliveries: 1, cursor: null })
  await until(() => receiver.received.length === 3)
  t.equal(receiver.received[2]?.raw, first?.raw, 'the same event, though a later one was delivered')
  t.ok(isGenuine(endpoint.secret, receiver.received[2] ?? t.fail('nothing came') as never))
  const newer = await endpointOf(t)
  await ask({ method: 'POST', url: `/v1/endpoints/${newer.endpoint.id}/replay`, payload: { event } })
  await until(() => newer.receiver.received.length === 1)
  t.equal(newer.receiver.received[0]?.headers['webhook-id'], event)
  t.equal(receiver.received.length, 3, 'nobody else hears of it')
  t.match(await ask({ method: 'POST', url: `/v1/endpoints/${endpoint.id}/replay`, payload: { event: `evt_${'0'.repeat(32)}` } }), { deliveries: 0 })
})

t.test('a redirect is not followed, a refusal is not repeated, and later events go on', async t => {
  const { receiver } = await endpointOf(t)
  receiver.answer(({ body }) => body.type === 'tax.notice' ? 307 : 204)
  for (const event of ['tax.notice', 'payment.confirmed']) await happens('H15-redirect', event)
  await sequenced('H15-redirect', 2)
  await until(() => receiver.received.length === 2)
  t.strictSame(receiver.received.map(({ path, body }) => `${path} ${body.type}`), ['/thong-bao tax.notice', '/thong-bao payment.confirmed'])
  const { deliveries } = await ask<{ deliveries: unknown[] }>({ url: '/v1/deliveries?dossier=H15-redirect&state=refused' })
  t.match(deliveries, [{ attempts: 1, lastFailure: { code: 'redirected' } }])
})

t.test('an endpoint is its client\'s alone; operators see all; its secret is nobody else\'s', async t => {
  const { endpoint } = await endpointOf(t)
  const key = generateKey()
  await addKey(db, { clientId: 'so-tai-chinh', key, scopes: ['endpoints:manage', 'events:read'] })
  const asOther = { authorization: `Bearer ${key}` }
  t.strictSame((await gateway.app.inject({ url: '/v1/endpoints', headers: asOther })).json(), { endpoints: [] })
  for (const [method, path] of [['GET', ''], ['PATCH', ''], ['DELETE', ''], ['GET', '/secret'], ['POST', '/rotate'], ['POST', '/test'], ['POST', '/replay']] as const) {
    const payload = path === '/rotate' ? { overlapSeconds: 0 } : path === '/replay' ? { event: `evt_${'0'.repeat(32)}` } : { enabled: false }
    const response = await gateway.app.inject({ method, url: `/v1/endpoints/${endpoint.id}${path}`, headers: asOther, ...(method === 'GET' ? {} : { payload }) })
    t.match(response.json(), { status: 404, code: 'endpoint-not-found' }, `${method} ${path}`)
  }
  const theirs = (await gateway.app.inject({ method: 'POST', url: '/v1/endpoints', headers: asOther, payload: { url: 'https://tai-chinh.example.vn/x' } })).json<RegisteredEndpoint>()
  t.ok((await ask<{ endpoints: RegisteredEndpoint[] }>({ url: '/v1/endpoints' })).endpoints.some(({ id }) => id === theirs.id))
  await ask({ method: 'DELETE', url: `/v1/endpoints/${theirs.id}` })
  t.equal((await gateway.call({ url: `/v1/endpoints/${theirs.id}` })).statusCode, 404)
})

t.test('what is wrong in a request is named with its cure, and changes nothing', async t => {
  const { endpoint } = await endpointOf(t)
  const bad = async (method: 'POST' | 'PATCH', path: string, payload: object): Promise<unknown> => (await gateway.call({ method, url: `/v1/endpoints${path}`, payload })).json()
  t.match(await bad('POST', '', {}), { errors: [{ pointer: '/url', code: 'field-missing' }] })
  t.match(await bad('POST', '', { url: 'ftp://x/' }), { errors: [{ pointer: '/url', code: 'field-format', message: /địa chỉ như https/ }] })
  t.match(await bad('POST', '', { url: 'https://u:p@motcua.example.vn/' }), { errors: [{ code: 'url-with-credentials' }] })
  t.match(await bad('POST', '', { url: 'https://x.example.vn/', types: ['Payment'], agency: '?' }), { errors: [{ pointer: '/types/0' }, { pointer: '/agency' }] })
  t.match(await bad('PATCH', `/${endpoint.id}`, { enabeld: true }), { errors: [{ pointer: '/enabeld', code: 'field-unknown' }] })
  t.match(await bad('POST', `/${endpoint.id}/rotate`, { overlapSeconds: -1 }), { errors: [{ pointer: '/overlapSeconds' }] })
  t.match(await bad('POST', `/${endpoint.id}/replay`, {}), { code: 'replay-unclear' })
  t.match(await bad('POST', `/${endpoint.id}/replay`, { since: 'yesterday' }), { errors: [{ pointer: '/since', code: 'field-format' }] })
  t.match((await auditOf(stand, endpoint.id)).map(({ action }) => action), ['endpoint.created'])
})

t.test('the feed tells all of it to a portal that cannot be called, from a cursor on, and waits where there is nothing yet', async t => {
  interface Feed { events: Array<{ id: string, type: string, data: { dossierCode: string } }>, cursor: string }
  const { receiver } = await endpointOf(t)
  await happens('H15-feed', 'tax.notice')
  await sequenced('H15-feed', 1)
  const from = (await ask<Feed>({ url: '/v1/events?limit=1000' })).cursor
  t.match(await ask<Feed>({ url: `/v1/events?cursor=${from}` }), { events: [], cursor: from }, 'the cursor stays where nothing is new')
  // Over a real connection: what tells that nobody waits any more differs there.
  const origin = await gateway.app.listen({ host: '127.0.0.1', port: 0 })
  const waiting = fetch(`${origin}/v1/events?cursor=${from}&type=payment.confirmed,tax.payment&wait=30`, { headers: { authorization: `Bearer ${KEY}` } }).then(async response => await response.json() as Feed)
  for (const event of ['tax.notice', 'payment.confirmed']) await happens('H15-feed', event)
  const page = await waiting
  t.match(page.events, [{ id: /^evt_/, type: 'payment.confirmed', data: { dossierCode: 'H15-feed' } }])
  const all = await ask<Feed>({ url: `/v1/events?cursor=${from}` })
  t.strictSame(all.events.map(({ type }) => type), ['tax.notice', 'payment.confirmed'])
  await until(() => receiver.received.length === 3)
  t.strictSame(all.events[1], receiver.received[2]?.body, 'the same document as an endpoint gets')
  const paged: string[] = []
  for (let { events, cursor } = await ask<Feed>({ url: '/v1/events?limit=2' }); events.length > 0; { events, cursor } = await ask<Feed>({ url: `/v1/events?limit=2&cursor=${cursor}` })) paged.push(...events.map(({ id }) => id))
  t.strictSame(paged, (await ask<Feed>({ url: '/v1/events?limit=1000' })).events.map(({ id }) => id))
  t.notOk((await ask<Feed>({ url: '/v1/events?limit=1000' })).events.some(({ type }) => type === 'endpoint.test'), 'a test is its endpoint\'s alone')
})
