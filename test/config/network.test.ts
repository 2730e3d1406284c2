// The network settings of an adapter: what cannot work stops the boot, named and without its value.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { activateAdapters } from '../../src/adapters/activate.js'
import { ConfigError } from '../../src/base/problem.js'
import { selfSigned } from '../adapter-kit/support.js'
import { portalSettings, startGateway, startSandbox } from '../support/gateway.js'

const [one, other] = [selfSigned(), selfSigned()]
const skip = one === undefined || other === undefined ? 'no openssl command to make a certificate with' : false
const PREFIX = 'ADAPTER_NATIONAL_PORTAL_'

async function problems (settings: Record<string, string>): Promise<readonly string[]> {
  const named = Object.fromEntries(Object.entries(settings).map(([key, value]) => [PREFIX + key, value]))
  try {
    const adapters = await activateAdapters({ environment: { ...portalSettings('http://127.0.0.1:1'), ...named }, wanted: ['national-portal'] })
    for (const { client } of adapters.values()) await client.close()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

t.test('certificates come from files, and what fits is taken', { skip }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-network-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const file = (name: string, text = ''): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  t.strictSame(await problems({
    CA_FILE: file('ca.pem', one?.cert),
    CLIENT_CERT_FILE: file('cert.pem', other?.cert),
    CLIENT_KEY_FILE: file('key.pem', other?.key),
    PROXY_URL: 'http://tinh:secret@127.0.0.1:3128',
    SOURCE_ADDRESS: '127.0.0.1'
  }), [])
})

t.test('a certificate without its key, with another\'s key, or that is none stops the boot and is named', { skip }, async t => {
  const [cert, key] = [String(one?.cert), String(other?.key)]
  t.match(await problems({ CLIENT_CERT: cert }), [/^ADAPTER_NATIONAL_PORTAL_CLIENT_KEY: missing/])
  t.match(await problems({ CLIENT_KEY: key }), [/^ADAPTER_NATIONAL_PORTAL_CLIENT_CERT: missing/])
  t.match(await problems({ CLIENT_CERT: cert, CLIENT_KEY: key }), [/^ADAPTER_NATIONAL_PORTAL_CLIENT_KEY: cannot be used \(key values mismatch\)/])
  t.match(await problems({ CA: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }), [/^ADAPTER_NATIONAL_PORTAL_CA: cannot be used/])
  t.match(await problems({ CA: 'secret' }), [/^ADAPTER_NATIONAL_PORTAL_CA: must be a certificate or key in PEM/])
})

t.test('a proxy or an address that is none is named without its value', async t => {
  for (const [key, bad] of [['PROXY_URL', 'tinh:s3cret@10.0.0.9'], ['PROXY_URL', 'ftp://s3cret'], ['SOURCE_ADDRESS', 's3cret'], ['SOURCE_ADDRESS', '10.0.0']] as const) {
    const said = await problems({ [key]: bad })
    t.match(said, [new RegExp(`^ADAPTER_NATIONAL_PORTAL_${key}: must be an`)])
    t.notMatch(said.join(), 's3cret')
  }
})

t.test('calls to the portal go the way that was set', async t => {
  const { url, sandbox } = await startSandbox(t)
  const gateway = await startGateway(t, { role: 'api', adapterSettings: { ...portalSettings(url), [`${PREFIX}PROXY_URL`]: 'http://127.0.0.1:9' } })
  const { body } = await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/test' })
  t.match(JSON.parse(body), { ok: false, rule: /ECONNREFUSED/ })
  t.equal(sandbox.store.counts().logins, 0, 'the proxy that is not there was asked, and the portal was not')
})
