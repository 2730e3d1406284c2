// Who may call: settings of every adapter that takes calls.
import t from 'tap'
import { isInside } from '../../src/base/addresses.js'
import { readAdapterSettings, type AdapterSettings } from '../../src/config/adapter-settings.js'
import { ConfigError } from '../../src/base/problem.js'
import { readManifest } from '../../src/adapters/registry.js'
import type { Manifest } from '../../src/adapter-kit/manifest.js'

const FIRST = await readManifest('first', new URL('../fixtures/adapters/', import.meta.url))
const { settings: _, ...rest } = FIRST
const receiving: Manifest = { ...rest, id: 'tax', settings: {}, receive: { paid: { title: rest.title, paths: [] } } }
const { receive: __, ...deaf } = receiving

function read (environment: Record<string, string>, manifest: Manifest = receiving): AdapterSettings['inbound'] | readonly string[] {
  try {
    return readAdapterSettings(environment, manifest).inbound
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

t.test('networks and subjects of certificates; a subject has commas in it', async t => {
  const inbound = read({ ADAPTER_TAX_INBOUND_ALLOW: '10.1.0.0/16, ::1', ADAPTER_TAX_INBOUND_SUBJECTS: 'CN=a,O=b; CN=c' }) as AdapterSettings['inbound']
  t.ok(inbound.allow !== undefined && isInside(inbound.allow, '10.1.2.3') && !isInside(inbound.allow, '10.2.0.1'))
  t.strictSame(inbound.subjects, ['CN=a,O=b', 'CN=c'])
  t.strictSame(read({}), {})
})

t.test('a list that is none stops the boot and is named: it must not come to allow everybody', async t => {
  for (const bad of ['10.0.0', 'dvcqg.example.vn', '10.0.0.0/8,x', ',']) t.match(read({ ADAPTER_TAX_INBOUND_ALLOW: bad }), [/^ADAPTER_TAX_INBOUND_ALLOW: must be addresses or networks/], bad)
  t.match(read({ ADAPTER_TAX_INBOUND_SUBJECTS: ';' }), [/^ADAPTER_TAX_INBOUND_SUBJECTS: must be subjects/])
})

t.test('an adapter that takes no calls has neither', async t => {
  t.strictSame(read({ ADAPTER_TAX_INBOUND_ALLOW: '10.0.0.1' }, deaf as Manifest), ['ADAPTER_TAX_INBOUND_ALLOW: this adapter takes no calls'])
})
