// The adapters that ADAPTERS names are opened with their settings; anything unclear stops the boot and is named.
import t from 'tap'
import type { ConfigError } from '../../src/base/problem.js'
import { activateAdapters } from '../../src/adapters/activate.js'
import { adaptersFolder } from './adapters-folder.js'

const BASE = { ADAPTER_FIRST_BASE_URL: 'http://127.0.0.1:1' }

async function problems (activating: Promise<unknown>): Promise<readonly string[]> {
  const error = await activating.then(() => undefined, (reason: unknown) => reason as ConfigError)
  if (error?.name !== 'ConfigError') throw error ?? new Error('it started')
  return error.problems
}

t.test('a wanted adapter is opened once, with its settings and limits; others are left alone', async t => {
  const { url, add } = await adaptersFolder(t)
  await add('first', { sensitiveFields: ['HoTen', 'CCCD'] })
  await add('second')
  const active = await activateAdapters({ environment: { ...BASE, ADAPTER_FIRST_CALL_TIMEOUT_MS: '700', ADAPTER_FIRST_RETRY_DELAYS_SECONDS: '1,2.5' }, wanted: ['first', 'first'], folder: url })
  t.strictSame([...active.keys()], ['first'])
  const first = active.get('first')
  t.match(first, { settings: { BASE_URL: 'http://127.0.0.1:1' }, limits: { callTimeoutMs: 700, connections: 4 }, retry: { delaysSeconds: [1, 2.5] } })
  t.match(first?.client, { options: { settings: { BASE_URL: 'http://127.0.0.1:1' }, limits: { callTimeoutMs: 700 } } }, 'the client got them')
  t.strictSame([...first?.sensitive ?? []], ['hoten', 'cccd'])
})

t.test('no adapter wanted, none opened', async t => {
  const { url, add } = await adaptersFolder(t)
  await add('first')
  t.equal((await activateAdapters({ environment: {}, wanted: [], folder: url })).size, 0)
})

t.test('an adapter that is not there is named, with those that are', async t => {
  const { url, add } = await adaptersFolder(t)
  await add('first')
  t.strictSame(await problems(activateAdapters({ environment: BASE, wanted: ['first', 'premier', 'FIRST'], folder: url })), ['ADAPTERS: no adapter named premier, FIRST; there are first'])
  await t.rejects(activateAdapters({ environment: {}, wanted: ['premier'] }), /national-portal/, 'without a folder, the gateway\'s own')
})

t.test('a setting that is missing, wrong or unknown is named', async t => {
  const { url, add } = await adaptersFolder(t)
  await add('first')
  const starting = (environment: Record<string, string>): Promise<readonly string[]> => problems(activateAdapters({ environment, wanted: ['first'], folder: url }))
  t.strictSame(await starting({}), ['ADAPTER_FIRST_BASE_URL: missing'])
  t.match(await starting({ ADAPTER_FIRST_BASE_URL: 'ftp://x', ADAPTER_FIRST_CONNECTIONS: '0' }), ['ADAPTER_FIRST_BASE_URL: must be a url', 'ADAPTER_FIRST_CONNECTIONS: must be a integer from 1 to 1000'])
  t.match(await starting({ ...BASE, ADAPTER_FIRST_BASEURL: 'x' }), [/^ADAPTER_FIRST_BASEURL: unknown setting of adapter first/])
  t.match(await starting({ ...BASE, ADAPTER_SECOND_BASE_URL: 'x' }), [/^ADAPTER_SECOND_BASE_URL: no adapter has this prefix/])
})

t.test('a broken folder stops the boot even when its adapter is not wanted: its settings could not be told from typos', async t => {
  const { url, add } = await adaptersFolder(t)
  await add('first')
  await add('second', { protocol: '' })
  t.match(await problems(activateAdapters({ environment: BASE, wanted: ['first'], folder: url })), [/adapters\/second\/manifest\.json\/protocol/])
})
