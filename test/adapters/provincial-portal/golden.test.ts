import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import adapter from '../../../adapters/provincial-portal/adapter.js'
import { createClient, interpret } from '../../../adapters/provincial-portal/client.js'
import { urlProblem } from '../../../adapters/provincial-portal/settings.js'
import { loadAdapter } from '../../../src/adapters/registry.js'
import type { NotificationInput } from '../../../src/adapter-kit/contract/notify.js'

const FOLDER = new URL('../../../../adapters/provincial-portal/fixtures/', import.meta.url)
const settings = { SIGNING_KEY: 'k'.repeat(32), ALLOW_NETWORKS: ['10.20.0.0/16'] }
const { manifest, schemas } = await loadAdapter('provincial-portal')
const client = createClient({ settings, limits: manifest.limits, now: () => 0 })
t.teardown(client.close)

function fixture<T> (name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as T
}

for (const file of readdirSync(FOLDER).filter(name => name.endsWith('.event.json'))) {
  const name = file.replace('.event.json', '')
  t.test(`${name}: becomes the golden request, which keeps to its schema, and its answers the golden receipts`, async t => {
    const input = fixture<Omit<NotificationInput, 'settings'>>(`${name}.event`)
    const calls = adapter.notify?.map({ ...input, settings }).calls ?? []
    t.strictSame(calls.map(call => client.describe(call, 'update')), fixture(`${name}.wire`))
    for (const { operation, message } of calls) t.ok(schemas.get(operation)?.(message), name)
    const answers = fixture<Array<{ status: number, headers: Record<string, string>, body: string }>>(`${name}.answer`)
    t.strictSame(answers.map(({ status, headers, body }) => {
      const { verdict, rule, code, retryAfterSeconds } = interpret({ status, headers, text: body }, 0)
      return { verdict, rule, code, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }
    }), fixture(`${name}.receipt`))
  })
}

t.test('the schema refuses what is no event', async t => {
  const { notification } = fixture<{ notification: object }>('delivered.event')
  const validate = schemas.get('event')
  for (const damage of [{ id: 'evt_1' }, { type: 'Delivered' }, { timestamp: '2026-11-04T02:00:00Z' }, { data: [] }, { extra: 1 }]) {
    t.notOk(validate?.({ ...notification, ...damage }), JSON.stringify(damage))
  }
})

t.test('what an address says of itself is judged before anything is sent there', async t => {
  const codeOf = (url: string, allow: readonly string[] = settings.ALLOW_NETWORKS): string | undefined => urlProblem({ ...settings, ALLOW_NETWORKS: allow }, url)?.code
  for (const url of ['https://motcua.example.gov.vn/x', 'http://motcua.noibo/x', 'http://10.20.1.1/x', 'https://113.160.0.1/']) t.equal(codeOf(url), undefined, url)
  t.equal(codeOf('http://motcua.example.gov.vn/x', []), 'https-required')
  t.equal(codeOf('https://u@motcua.example.gov.vn/x'), 'url-with-credentials')
  for (const url of ['ftp://x/', 'x', 'https://']) t.equal(codeOf(url), 'url-malformed', url)
  for (const url of ['http://113.160.0.1/', 'https://10.21.0.1/', 'https://[::1]/', 'https://2130706433/']) t.equal(codeOf(url), 'address-not-allowed', url)
})
