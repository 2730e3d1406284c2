// Standard Webhooks: the secrets that are derived, and signatures that the library's own verifier takes.
import { readFile } from 'node:fs/promises'
import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { endpointSecret, signedHeaders } from '../../src/adapter-kit/webhook.js'

const KEY = 'k'.repeat(32)
const SIGNING = { id: `evt_${'0'.repeat(32)}`, at: new Date(), body: '{"type":"dossier.delivered","data":{"ghiChú":"Đã nhận"}}' }
const [first, second] = [1, 2].map(version => endpointSecret(KEY, { endpointId: 'ep_a', version })) as [string, string]

t.test('a secret follows from key, endpoint and version, and from nothing else', async t => {
  t.equal(first, endpointSecret(KEY, { endpointId: 'ep_a', version: 1 }))
  t.equal(Buffer.from(first.replace('whsec_', ''), 'base64').length, 32)
  t.equal(new Set([first, second, endpointSecret(KEY, { endpointId: 'ep_b', version: 1 }), endpointSecret('x'.repeat(32), { endpointId: 'ep_a', version: 1 })]).size, 4)
})

t.test('the verifier takes a message signed with its secret, with both during a rotation, and no other', async t => {
  const both = signedHeaders({ ...SIGNING, secrets: [second, first] })
  t.equal(both['webhook-signature']?.split(' ').length, 2)
  for (const secret of [first, second]) t.strictSame(new Webhook(secret).verify(SIGNING.body, both), JSON.parse(SIGNING.body))
  t.throws(() => new Webhook(first).verify(SIGNING.body, signedHeaders({ ...SIGNING, secrets: [second] })))
  t.throws(() => new Webhook(first).verify(`${SIGNING.body} `, both), 'one byte more is another message')
  t.throws(() => new Webhook(first).verify(SIGNING.body, { ...both, 'webhook-id': 'evt_x' }))
})

t.test('the test vector of docs/webhooks.md recomputes, with the library and by hand', async t => {
  const text = await readFile(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8')
  const value = (name: string): string => new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1] ?? ''
  const [secret, id, seconds, body, signature] = ['secret', 'webhook-id', 'webhook-timestamp', 'body', 'webhook-signature'].map(value) as [string, string, string, string, string]
  const at = new Date(Number(seconds) * 1000)
  t.strictSame(signedHeaders({ id, at, body, secrets: [secret] }), { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature })
  const mac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64')).update(`${id}.${seconds}.${body}`).digest('base64')
  t.equal(`v1,${mac}`, signature)
})
