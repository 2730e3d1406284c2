// Who may call what: no route of /v1 without a live key, and no route with a key that lacks its scope.
import { request as httpRequest } from 'node:http'
import fastify, { type InjectOptions } from 'fastify'
import { sql } from 'kysely'
import t from 'tap'
import { addKey, generateKey, revokeKeys, SCOPES, type Scope } from '../../src/db/keys.js'
import auth from '../../src/http/plugins/auth.js'
import { aDossier, aStep, codeOf } from '../support/dossiers.js'
import { KEY, startGateway } from '../support/gateway.js'
import { checkProblem, storedRows } from './refusal.js'

const gateway = await startGateway(t, { role: 'api' })
const { app, services: { db } } = gateway
const CODE = codeOf(1)

type Route = readonly [method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, scope: Scope, payload?: object]

const ROUTES: readonly Route[] = [
  ['POST', '/v1/dossiers', 'dossiers:write', aDossier()],
  ['POST', '/v1/files', 'files:write'],
  ['POST', '/v1/dossiers/import', 'dossiers:write'],
  ['POST', '/v1/dossiers/import?mode=baseline', 'dossiers:import'],
  ['GET', '/v1/imports/{id}', 'dossiers:write'],
  ['POST', '/v1/dossiers/{code}/progress', 'dossiers:write', { steps: [aStep()] }],
  ['POST', '/v1/dossiers/preview', 'dossiers:write', aDossier()],
  ['GET', '/v1/dossiers/{code}', 'dossiers:read'],
  ['GET', '/v1/dossiers/{code}/timeline', 'dossiers:read'],
  ['POST', '/v1/dossiers/{code}/payments', 'dossiers:write', { reference: 'dvc-1', amount: '1' }],
  ['GET', '/v1/dossiers/{code}/payments', 'dossiers:read'],
  ['GET', '/v1/deliveries', 'deliveries:read'],
  ['GET', '/v1/deliveries/causes', 'deliveries:read'],
  ['POST', '/v1/deliveries/redrive', 'deliveries:manage', { state: 'refused' }],
  ['GET', '/v1/deliveries/{id}', 'deliveries:read'],
  ['POST', '/v1/deliveries/{id}/cancel', 'deliveries:manage'],
  ['POST', '/v1/deliveries/{id}/resolve', 'deliveries:manage', { outcome: 'arrived' }],
  ['GET', '/v1/adapters', 'adapters:read'],
  ['GET', '/v1/alerts', 'deliveries:read'],
  ['POST', '/v1/adapters/{id}/pause', 'adapters:manage'],
  ['POST', '/v1/adapters/{id}/resume', 'adapters:manage'],
  ['POST', '/v1/adapters/{id}/probe', 'adapters:manage'],
  ['POST', '/v1/adapters/{id}/test', 'adapters:manage'],
  ['GET', '/v1/codes', 'codes:read'],
  ['GET', '/v1/codes/{adapter}/{table}', 'codes:read'],
  ['PUT', '/v1/codes/{adapter}/{table}', 'codes:manage', { rows: [] }],
  ['GET', '/v1/catalogue/{adapter}', 'codes:read'],
  ['GET', '/v1/catalogue/{adapter}/changes', 'codes:read'],
  ['POST', '/v1/catalogue/{adapter}/pull', 'codes:manage'],
  ['POST', '/v1/reconciliations', 'deliveries:manage', { adapter: 'national-portal' }],
  ['GET', '/v1/reconciliations', 'deliveries:read'],
  ['GET', '/v1/reconciliations/{id}', 'deliveries:read'],
  ['GET', '/v1/reconciliations/{id}/items', 'deliveries:read'],
  ['POST', '/v1/reconciliations/{id}/cancel', 'deliveries:manage'],
  ['POST', '/v1/reconciliations/{id}/repair', 'deliveries:manage', { dryRun: true }],
  ['GET', '/v1/redrives', 'deliveries:read'],
  ['GET', '/v1/redrives/{id}', 'deliveries:read'],
  ['GET', '/v1/redrives/{id}/items', 'deliveries:read'],
  ['POST', '/v1/redrives/{id}/pause', 'deliveries:manage'],
  ['POST', '/v1/redrives/{id}/resume', 'deliveries:manage'],
  ['POST', '/v1/redrives/{id}/cancel', 'deliveries:manage'],
  ['GET', '/v1/inbound', 'inbound:read'],
  ['GET', '/v1/inbound/{id}', 'inbound:read'],
  ['GET', '/v1/audit', 'audit:read'],
  ['GET', '/v1/events', 'events:read'],
  ['POST', '/v1/endpoints', 'endpoints:manage', { url: 'https://motcua.example.gov.vn/' }],
  ['GET', '/v1/endpoints', 'endpoints:manage'],
  ['GET', '/v1/endpoints/{id}', 'endpoints:manage'],
  ['PATCH', '/v1/endpoints/{id}', 'endpoints:manage', { enabled: true }],
  ['DELETE', '/v1/endpoints/{id}', 'endpoints:manage'],
  ['GET', '/v1/endpoints/{id}/secret', 'endpoints:manage'],
  ['POST', '/v1/endpoints/{id}/rotate', 'endpoints:manage', { overlapSeconds: 0 }],
  ['POST', '/v1/endpoints/{id}/test', 'endpoints:manage'],
  ['POST', '/v1/endpoints/{id}/replay', 'endpoints:manage', { since: '2026-11-04T09:00:00+07:00' }]
]

function requestOf ([method, path, , payload]: Route): InjectOptions {
  const url = path.replace('{code}', CODE).replace('/deliveries/{id}', '/deliveries/1').replace('/inbound/{id}', '/inbound/1').replace('/reconciliations/{id}', '/reconciliations/1').replace('/redrives/{id}', '/redrives/1').replace('/endpoints/{id}', `/endpoints/ep_${'0'.repeat(32)}`).replace('{table}', 'fee').replace('{adapter}', 'national-portal').replace('{id}', 'national-portal')
  return { method, url, ...(payload === undefined ? {} : { payload }) }
}

t.test('every route of the description is in this file\'s list', async t => {
  const { paths = {} } = app.swagger() as { paths?: Record<string, object> }
  const described = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`))
  t.strictSame(described.filter(route => !route.startsWith('HEAD')).sort(), ROUTES.filter(([, path]) => !path.includes('?')).map(([method, path]) => `${method} ${path}`).sort())
})

t.test('every route without a key answers 401, and says how to send one', async t => {
  for (const route of ROUTES) {
    const response = await app.inject(requestOf(route))
    const { detail } = checkProblem(t, response, { status: 401, code: 'unauthorized' })
    t.match(detail, /Authorization: Bearer/)
    t.equal(response.headers['www-authenticate'], 'Bearer')
  }
  t.match(await storedRows(gateway.services), { dossiers: 0, audit: 0 })
})

t.test('a key opens the routes of its scope and no other', async t => {
  for (const scope of SCOPES) {
    const key = generateKey()
    await addKey(db, { clientId: `only-${scope.replace(':', '-')}`, key, scopes: [scope] })
    for (const route of ROUTES) {
      const response = await app.inject({ ...requestOf(route), headers: { authorization: `Bearer ${key}` } })
      if (route[2] === scope) t.not(response.statusCode, 403, `${scope} opens ${route[0]} ${route[1]}`)
      else {
        const { detail } = checkProblem(t, response, { status: 403, code: 'scope-missing' })
        t.match(detail, `"${route[2]}"`, 'the missing scope is named')
      }
    }
  }
})

t.test('a key without any scope opens nothing', async t => {
  const key = generateKey()
  await addKey(db, { clientId: 'nothing', key, scopes: [] })
  for (const route of ROUTES) {
    checkProblem(t, await app.inject({ ...requestOf(route), headers: { authorization: `Bearer ${key}` } }), { status: 403, code: 'scope-missing' })
  }
})

t.test('a body is not parsed for a stranger: 401 comes before 400 and 422', async t => {
  const response = await app.inject({ method: 'POST', url: '/v1/dossiers', headers: { 'content-type': 'application/json' }, payload: '{' })
  checkProblem(t, response, { status: 401, code: 'unauthorized' })
})

const BAD_HEADERS: Record<string, string> = {
  'an unknown key': `Bearer ${generateKey()}`,
  'the key with another scheme': `Basic ${KEY}`,
  'the key without a scheme': KEY,
  'a scheme without a key': 'Bearer ',
  'two keys': `Bearer ${KEY} ${KEY}`,
  'a key with a letter more': `Bearer ${KEY}x`,
  'a key in upper case': `Bearer ${KEY.toUpperCase()}`,
  'a key of 8,000 characters': `Bearer ${'x'.repeat(8000)}`,
  'a key outside ASCII': 'Bearer kh\u00f3a',
  'a quote and a comment': "Bearer ' or 1=1 --"
}

for (const [name, authorization] of Object.entries(BAD_HEADERS)) {
  t.test(`${name} is no access: 401`, async t => {
    const response = await app.inject({ url: '/v1/deliveries', headers: { authorization } })
    checkProblem(t, response, { status: 401, code: 'unauthorized' })
    t.notMatch(response.body, KEY, 'no key is repeated')
  })
}

t.test('the scheme is read in any case, as RFC 9110 has it', async t => {
  t.equal((await app.inject({ url: '/v1/deliveries', headers: { authorization: `bearer ${KEY}` } })).statusCode, 200)
})

t.test('a key in the query is no access', async t => {
  checkProblem(t, await app.inject({ url: `/v1/deliveries?key=${KEY}` }), { status: 401, code: 'unauthorized' })
})

t.test('a revoked key ends at once; other keys of the client live on', async t => {
  const [old, next] = [generateKey(), generateKey()]
  const oldId = await addKey(db, { clientId: 'mot-cua', key: old, scopes: ['deliveries:read'] })
  await addKey(db, { clientId: 'mot-cua', key: next, scopes: ['deliveries:read'] })
  const status = async (key: string): Promise<number> => (await app.inject({ url: '/v1/deliveries', headers: { authorization: `Bearer ${key}` } })).statusCode
  t.strictSame([await status(old), await status(next)], [200, 200])
  await revokeKeys(db, 'mot-cua', oldId)
  t.strictSame([await status(old), await status(next)], [401, 200])
})

t.test('the last use of a key is written down once a minute, not at every call', async t => {
  const key = generateKey()
  await addKey(db, { clientId: 'often', key, scopes: ['deliveries:read'] })
  const lastUse = async (): Promise<Date | null> => (await db.selectFrom('client_keys').select('last_used_at').where('client_id', '=', 'often').executeTakeFirstOrThrow()).last_used_at
  const call = async (): Promise<unknown> => app.inject({ url: '/v1/deliveries', headers: { authorization: `Bearer ${key}` } })
  t.equal(await lastUse(), null)
  await call()
  const first = await lastUse()
  await call()
  t.strictSame(await lastUse(), first, 'within the minute it stays')
  await sql`update client_keys set last_used_at = now() - interval '61 seconds' where client_id = 'often'`.execute(db)
  await call()
  const third = await lastUse()
  t.ok(third !== null && first !== null && third >= first, 'after it, it is written anew')
})

t.test('a header of 100 KB is refused before the gateway looks at it', async t => {
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const { status, body } = await new Promise<{ status: number, body: string }>((resolve, reject) => {
    const request = httpRequest({ port: url.port, path: '/v1/deliveries', headers: { authorization: `Bearer ${'x'.repeat(100_000)}` } }, response => {
      let body = ''
      response.on('data', (chunk: Buffer) => { body += chunk.toString() }).on('end', () => { resolve({ status: response.statusCode ?? 0, body }) })
    })
    request.on('error', reject).end()
  })
  t.equal(status, 431)
  t.notMatch(body, 'xxxx')
})

t.test('a route that names no scope stops the boot: nothing is open by omission', async t => {
  const open = fastify()
  t.teardown(() => open.close())
  await open.register(auth, { db })
  t.throws(() => open.get('/forgotten', async () => 'open'), /\/forgotten names no scope/)
})
