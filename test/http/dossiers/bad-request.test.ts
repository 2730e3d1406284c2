// Paths, methods, parameters and headers that are not what the description at /docs says.
import t from 'tap'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { refusalsOf } from '../refusal.js'

const checkRefused = refusalsOf(await startGateway(t, { role: 'api' }))

for (const url of ['/nothing', '/v1', '/v1/nothing', `/v1/dossiers/${codeOf(1)}/nothing`, '/v2/dossiers', '//v1//dossiers']) {
  t.test(`${url} is no path: 404`, async t => {
    await checkRefused(t, { url }, { status: 404, code: 'no-such-path' })
  })
}

for (const [method, url] of [['GET', '/v1/dossiers'], ['PUT', '/v1/dossiers'], ['DELETE', '/v1/dossiers'], ['PATCH', `/v1/dossiers/${codeOf(1)}`], ['GET', '/v1/deliveries/1/cancel'], ['POST', '/v1/audit'], ['OPTIONS', '/v1/dossiers']] as const) {
  t.test(`${method} ${url} is no route: 404`, async t => {
    await checkRefused(t, { method, url }, { status: 404, code: 'no-such-path' })
  })
}

const BAD_CODES: Record<string, string> = {
  'of 51 characters': 'a'.repeat(51),
  'of 300 characters': 'a'.repeat(300),
  'of 300 characters, / and ..': 'a/../'.repeat(60).replaceAll('/', '%2f'),
  'that climbs out of a folder': '..%2f..%2fetc%2fpasswd',
  'with NUL': 'A%001',
  'with a blank': 'A%201',
  'with a quote': "A'%20or%201=1"
}

for (const [name, code] of Object.entries(BAD_CODES)) {
  for (const [method, path] of [['GET', ''], ['GET', '/timeline'], ['POST', '/progress']] as const) {
    t.test(`a code ${name} is refused: ${method} …${path} 400`, async t => {
      const request = { method, url: `/v1/dossiers/${code}${path}`, ...(method === 'POST' ? { payload: { steps: [aStep()] } } : {}) }
      const { errors } = await checkRefused(t, request, { status: 400, code: 'invalid-parameter' })
      t.match(errors, [{ pointer: '/params/code', code: 'parameter-invalid' }])
    })
  }
}

t.test('a path that cannot be decoded is a problem document too', async t => {
  await checkRefused(t, { url: '/v1/dossiers/%E0%A4%A' }, { status: 400, code: /./ })
})

const BAD_QUERIES: Record<string, string> = {
  'a misspelt parameter': '/v1/deliveries?statee=queued',
  'a state that is none': '/v1/deliveries?state=done',
  'a parameter given twice': '/v1/deliveries?state=queued&state=held',
  'a limit of 0': '/v1/deliveries?limit=0',
  'a limit of 501': '/v1/deliveries?limit=501',
  'a limit that is no number': '/v1/deliveries?limit=ten',
  'an empty limit': '/v1/deliveries?limit=',
  'a limit with a fraction': '/v1/deliveries?limit=1.5',
  'a cursor that is no id': '/v1/deliveries?cursor=abc',
  'a cursor beyond every id': '/v1/deliveries?cursor=9999999999999999999',
  'NUL in the adapter': '/v1/deliveries?adapter=%00',
  'NUL in the dossier': '/v1/deliveries?dossier=A%00',
  'NUL in the failure': '/v1/deliveries?failure=%00',
  'an empty filter value': '/v1/deliveries?adapter=',
  'an audit limit of 1001': '/v1/audit?limit=1001',
  'an audit cursor that is none': '/v1/audit?cursor=5',
  'an audit cursor with an id beyond every id': '/v1/audit?cursor=1-9999999999999999999',
  'an audit cursor with a transaction beyond every one': '/v1/audit?cursor=99999999999999999999-1',
  'an audit action that is none': '/v1/audit?action=DROP',
  'NUL in the audited dossier': '/v1/audit?dossier=%00'
}

for (const [name, url] of Object.entries(BAD_QUERIES)) {
  t.test(`${name} is refused: 400`, async t => {
    const { errors } = await checkRefused(t, { url }, { status: 400, code: 'invalid-parameter' })
    t.match(errors, [{ pointer: /^\/querystring/, code: 'parameter-invalid' }])
  })
}

const BAD_KEYS: Record<string, string> = {
  'an empty key': '',
  'a key with a blank': 'a b',
  'a key with a tab': 'a\tb',
  'a key outside ASCII': 'kh\u00f3a'
}

for (const [name, key] of Object.entries(BAD_KEYS)) {
  t.test(`${name} is refused as Idempotency-Key: 400`, async t => {
    const request = { method: 'POST', url: '/v1/dossiers', payload: aDossier(), headers: { 'idempotency-key': key } } as const
    await checkRefused(t, request, { status: 400, code: 'idempotency-key-invalid' })
  })
}

t.test('a key of 256 characters is refused as Idempotency-Key', async t => {
  const request = { method: 'POST', url: '/v1/dossiers', payload: aDossier(), headers: { 'idempotency-key': 'k'.repeat(256) } } as const
  const { errors } = await checkRefused(t, request, { status: 400, code: 'invalid-parameter' })
  t.match(errors, [{ pointer: '/headers/idempotency-key' }])
})

t.test('progress for a dossier that was never pushed is refused: 404, and makes none', async t => {
  const request = { method: 'POST', url: `/v1/dossiers/${codeOf(404)}/progress`, payload: { steps: [aStep()] } } as const
  await checkRefused(t, request, { status: 404, code: 'dossier-not-found' })
})

for (const [name, payload] of Object.entries({ 'no steps': { steps: [] }, 'no list of steps': {}, 'a misspelt member': { steps: [aStep()], state: 'finished' } })) {
  t.test(`progress with ${name} is refused: 422`, async t => {
    await checkRefused(t, { method: 'POST', url: `/v1/dossiers/${codeOf(1)}/progress`, payload }, { status: 422, code: 'invalid-document' })
  })
}
