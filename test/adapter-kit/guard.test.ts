// Addresses that may not be connected to are refused at the connection itself, however they are written or found.
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { LookupFunction } from 'node:net'
import t, { type Test } from 'tap'
import type { Guard } from '../../src/adapter-kit/guard.js'
import { parseNetworks } from '../../src/base/addresses.js'
import { permitted, permitsHost } from '../../src/adapter-kit/guard.js'
import { createHttpClient, type HttpFailure } from '../../src/adapter-kit/http.js'
import { selfSigned } from './support.js'

const LIMITS = { concurrency: 1, connections: 2, connectTimeoutMs: 2000, callTimeoutMs: 2000, maxResponseBytes: 1024 }

const certificate = selfSigned()

const REFUSED = [
  '0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.8.8.8', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.8', '192.168.1.1',
  '198.18.0.1', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255', '::', '::1', '::ffff:10.0.0.1', '::ffff:a00:1', '::FFFF:127.0.0.1',
  '0:0:0:0:0:ffff:7f00:1', '::ffff:169.254.169.254', '::10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::', '2001::1', '2001:db8::1', 'fc00::1', 'fd00:ec2::254',
  'fe80::1', 'fe80::1%eth0', 'ff02::1', 'fec0::1', 'no address', ''
]
const PERMITTED = ['1.1.1.1', '113.160.0.1', '172.32.0.1', '100.128.0.1', '2400:6180::1', '2606:4700:4700::1111', '::ffff:113.160.0.1']

t.test('private, local, shared, link-local, multicast, metadata and translated addresses are refused', async t => {
  const permits = permitted({ allow: [] })
  t.strictSame(REFUSED.filter(address => permits(address, 'https:')), [])
  t.strictSame(PERMITTED.filter(address => !permits(address, 'https:')), [])
})

t.test('without TLS only allowed networks are talked to, and these with either', async t => {
  const permits = permitted({ allow: ['10.20.0.0/16', 'fd00:20::/48'] })
  t.strictSame(PERMITTED.filter(address => permits(address, 'http:')), [])
  for (const address of ['10.20.255.1', '::ffff:10.20.0.1', 'fd00:20::1']) t.ok(permits(address, 'http:') && permits(address, 'https:'), address)
  for (const address of ['10.21.0.1', 'fd00:21::1', '127.0.0.1']) t.notOk(permits(address, 'https:'), address)
})

t.test('a host that is an address is judged as it stands in the URL; a name is not', async t => {
  for (const host of ['2130706433', '0x7f.1', '0177.0.0.1', '[::ffff:7f00:1]', '127.1']) t.notOk(permitsHost({ allow: [] }, new URL(`https://${host}/`)), host)
  t.ok(permitsHost({ allow: [] }, new URL('https://localhost/')))
})

t.test('networks are read exactly', async t => {
  for (const text of ['10.0.0.0/8', '10.0.0.9', '0.0.0.0/0', 'fd00::/8', '::/128']) t.ok(parseNetworks([text]) !== undefined, text)
  for (const text of ['10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'fe80::%eth0/64', '/8', '10.0.0.0/8/8', 'intranet/8', '10.0.0.0/-1']) t.equal(parseNetworks([text]), undefined, text)
})

/** What a call to a server on this machine came to: its status, or the failure's code. */
async function callOf (t: Test, guard: Guard, host = '127.0.0.1'): Promise<number | string> {
  let calls = 0
  const server = createServer((_request, response) => {
    calls++
    response.end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const http = createHttpClient({ limits: LIMITS, guard })
  t.teardown(async () => {
    server.close()
    await http.close()
  })
  const { port } = server.address() as { port: number }
  const outcome = await http.request({ method: 'POST', url: new URL(`http://${host}:${port}/`), headers: {}, body: '{}' })
    .then(({ status }) => status, (failure: HttpFailure) => `${failure.code} ${failure.sent ? 'sent' : 'unsent'}`)
  t.equal(calls, outcome === 200 ? 1 : 0, 'nothing else reached the server')
  return outcome
}

const answering = (...answers: string[][]): LookupFunction => (_hostname, _options, callback) => {
  const next = answers.length > 1 ? answers.shift() : answers[0]
  callback(null, (next ?? []).map(address => ({ address, family: address.includes(':') ? 6 : 4 })))
}

t.test('an address of this machine is not connected to, and nothing is sent', async t => {
  t.equal(await callOf(t, { allow: [] }), 'ADDRESS_REFUSED unsent')
  t.equal(await callOf(t, { allow: [] }, '[::ffff:127.0.0.1]'), 'ADDRESS_REFUSED unsent')
  t.equal(await callOf(t, { allow: ['127.0.0.0/8'] }), 200, 'where its network is allowed it is')
})

t.test('a name that resolves to a private address is refused', async t => {
  t.equal(await callOf(t, { allow: [] }, 'localhost'), 'ADDRESS_REFUSED unsent', 'as this machine resolves it')
  t.equal(await callOf(t, { allow: [], lookup: answering(['127.0.0.1']) }, 'motcua.example.vn'), 'ADDRESS_REFUSED unsent')
  t.equal(await callOf(t, { allow: ['127.0.0.0/8'], lookup: answering(['127.0.0.1']) }, 'motcua.example.vn'), 200)
})

t.test('a name is judged by the very answer that is connected to: rebinding gains nothing', async t => {
  // Whoever asks first is told of an allowed address, whoever asks again of the metadata service.
  t.equal(await callOf(t, { allow: ['127.0.0.0/8'], lookup: answering(['127.0.0.1'], ['169.254.169.254']) }, 'rebinding.example'), 200)
  t.equal(await callOf(t, { allow: ['127.0.0.0/8'], lookup: answering(['169.254.169.254'], ['127.0.0.1']) }, 'rebinding.example'), 'ADDRESS_REFUSED unsent')
})

t.test('of several addresses only the permitted are tried', async t => {
  t.equal(await callOf(t, { allow: ['127.0.0.1/32'], lookup: answering(['10.0.0.1', '127.0.0.1', 'fe80::1']) }, 'several.example'), 200)
})

t.test('a name that cannot be resolved fails as it always did', async t => {
  const lookup: LookupFunction = (_hostname, _options, callback) => { callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), '') }
  t.equal(await callOf(t, { allow: [], lookup }, 'nowhere.example'), 'ENOTFOUND unsent')
})

t.test('over TLS the certificate has to be that of the name, whatever address was connected to', { skip: certificate === undefined ? 'no openssl command to make a certificate with' : false }, async t => {
  const server = createTlsServer({ ...certificate }, (_request, response) => { response.end() })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const http = createHttpClient({
    limits: LIMITS,
    network: { ca: certificate?.cert ?? '', sourceAddress: '127.0.0.1' },
    guard: { allow: ['127.0.0.0/8'], lookup: answering(['127.0.0.1']) }
  })
  t.teardown(async () => {
    server.close()
    await http.close()
  })
  const { port } = server.address() as { port: number }
  const call = async (host: string): Promise<unknown> => http.request({ method: 'POST', url: new URL(`https://${host}:${port}/`), headers: {}, body: '{}' }).then(({ status }) => status, (failure: HttpFailure) => failure.code)
  t.equal(await call('127.0.0.1'), 200)
  t.equal(await call('motcua.example.vn'), 'ERR_TLS_CERT_ALTNAME_INVALID')
})
