// Which paths are offered, and what stops the boot.
import t from 'tap'
import { inboundOperations } from '../../../src/operations/receive/operations.js'
import { ConfigError } from '../../../src/base/problem.js'
import type { InstalledAdapter } from '../../../src/adapters/active-adapter.js'
import type { Manifest } from '../../../src/adapter-kit/manifest.js'

const TITLE = { vi: 'Nhận', en: 'Receive' }
const RECEIVE = { read: () => ({ question: { dossierCode: 'x' } }), answer: () => ({ status: 200, body: '' }) }

interface Receiving { id: string, receive: NonNullable<Manifest['receive']>, settings?: Record<string, string>, inbound?: InstalledAdapter['inbound'] }

function installed ({ id, receive, settings = {}, inbound = {} }: Receiving): InstalledAdapter {
  const adapter = { receive: Object.fromEntries(Object.keys(receive).map(name => [name, RECEIVE])) }
  return { manifest: { id, receive }, adapter, settings, inbound, inboundSchemas: new Map() } as unknown as InstalledAdapter
}

function problems (...adapters: Receiving[]): readonly string[] {
  try {
    inboundOperations(adapters.map(installed), 1000)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

t.test('an operation is offered at the gateway\'s path and at the partner\'s; its limit is its own or the gateway\'s', async t => {
  const operations = inboundOperations([installed({ id: 'tax', receive: { paid: { title: TITLE, paths: ['/x/y'] }, big: { title: TITLE, paths: [], maxBytes: 5000 } } })], 1000)
  t.strictSame(operations.map(({ paths, maxBytes }) => [paths, maxBytes]), [[['/callbacks/tax/paid', '/x/y'], 1000], [['/callbacks/tax/big'], 5000]])
})

t.test('closed while nothing proves the partner: a network, a certificate or one of its own settings opens it', async t => {
  const receive = { paid: { title: TITLE, paths: [], proof: ['SECRET'] } }
  const closed = (more: Partial<Receiving>): boolean | undefined => inboundOperations([installed({ id: 'tax', receive, ...more })], 1000)[0]?.closed
  t.equal(closed({}), true)
  t.equal(closed({ settings: { OTHER: 'x' } }), true)
  t.equal(closed({ settings: { SECRET: 'x' } }), false)
  t.equal(closed({ inbound: { subjects: ['CN=x'] } }), false)
})

t.test('one path for two operations, or a path of the gateway\'s own, stops the boot and is named', async t => {
  const paid = (path: string): Receiving['receive'] => ({ paid: { title: TITLE, paths: [path] } })
  t.strictSame(problems({ id: 'a', receive: paid('/x') }, { id: 'b', receive: paid('/x') }), ['ADAPTERS: a.paid and b.paid both receive at /x; leave one of the adapters out'])
  for (const path of ['/v1/dossiers', '/healthz', '/callbacks/b/paid', '/docs']) t.match(problems({ id: 'a', receive: paid(path) }), [/the gateway's own/], path)
  t.strictSame(problems({ id: 'a', receive: paid('/v1x/y') }, { id: 'b', receive: paid('/x/v1') }), [])
})
