// Settings of adapters: typed by the manifest, checked before the start, never one adapter's for another's.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { NETWORK_SETTINGS } from '../../src/config/network.js'
import { INBOUND_SETTINGS } from '../../src/config/inbound.js'
import { checkNames, KERNEL_SETTING_NAMES, readAdapterSettings, settingPrefix, type AdapterSettings } from '../../src/config/adapter-settings.js'
import type { Environment } from '../../src/config/gateway.js'
import { activateAdapters } from '../../src/adapters/activate.js'
import { ConfigError } from '../../src/base/problem.js'
import { portalSettings } from '../support/gateway.js'
import type { Manifest, ManifestSetting } from '../../src/adapter-kit/manifest.js'

type Settings = Record<string, Omit<ManifestSetting, 'help'>>

function manifest (id: string, settings: Settings = {}): Manifest {
  return {
    id,
    title: { vi: id, en: id },
    protocol: 'http-json',
    specification: { name: 'none', version: '1', date: '2026-01-01' },
    deliver: { supersedes: true, calls: {} },
    settings: Object.fromEntries(Object.entries(settings).map(([key, setting]) => [key, { ...setting, help: { vi: 'x', en: 'x' } }])),
    limits: { concurrency: 4, connections: 4, connectTimeoutMs: 1000, callTimeoutMs: 2000, maxResponseBytes: 65_536 },
    retry: { delaysSeconds: [5, 30], jitter: 0.2, maxAgeHours: 168, maxOwnFailures: 20, maxRetryAfterSeconds: 3600 },
    breaker: { failures: 5, probeSeconds: [5, 60] },
    sensitiveFields: []
  } as unknown as Manifest
}

function read (settings: Settings, environment: Environment): AdapterSettings {
  return readAdapterSettings(environment, manifest('tax', settings))
}

function problems (work: () => unknown): readonly string[] {
  try {
    work()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

t.test('a variable is made of the adapter\'s id and the setting', async t => {
  t.equal(settingPrefix('national-portal'), 'ADAPTER_NATIONAL_PORTAL_')
})

t.test('a required setting that is missing is named; an optional one takes its default or stays away', async t => {
  const settings: Settings = { URL: { type: 'url', required: true }, USER: { type: 'string', required: true }, MODE: { type: 'string', default: 'a' }, NOTE: { type: 'string' } }
  t.strictSame(problems(() => read(settings, {})), ['ADAPTER_TAX_URL: missing', 'ADAPTER_TAX_USER: missing'])
  t.strictSame(read(settings, { ADAPTER_TAX_URL: 'http://h', ADAPTER_TAX_USER: 'u' }).settings, { URL: 'http://h', USER: 'u', MODE: 'a' })
})

t.test('a setting that the values of others require is named with them, and only then', async t => {
  const settings: Settings = {
    GENERATION: { type: 'string', default: 'a', enum: ['a', 'b'] },
    AUTHORIZATION: { type: 'string', default: 'none', enum: ['none', 'bearer'] },
    LOGIN: { type: 'path', requiredFor: { GENERATION: ['a'] } },
    TOKEN: { type: 'string', sensitive: true, requiredFor: { GENERATION: ['b'], AUTHORIZATION: ['bearer'] } }
  }
  const missing = (environment: Environment): readonly string[] => problems(() => read(settings, environment))
  t.strictSame(missing({}), ['ADAPTER_TAX_LOGIN: missing; ADAPTER_TAX_GENERATION is a'], 'a default counts as the value')
  t.strictSame(missing({ ADAPTER_TAX_LOGIN: 'l', ADAPTER_TAX_AUTHORIZATION: 'bearer' }), [])
  t.strictSame(missing({ ADAPTER_TAX_GENERATION: 'b' }), [])
  t.strictSame(missing({ ADAPTER_TAX_GENERATION: 'b', ADAPTER_TAX_AUTHORIZATION: 'bearer' }),
    ['ADAPTER_TAX_TOKEN: missing; ADAPTER_TAX_GENERATION is b, ADAPTER_TAX_AUTHORIZATION is bearer'])
  t.strictSame(missing({ ADAPTER_TAX_GENERATION: 'b', ADAPTER_TAX_AUTHORIZATION: 'bearer', ADAPTER_TAX_TOKEN: 'x' }), [])
})

t.test('a text that does not match its pattern is refused with the example', async t => {
  const LOOKUP: Settings[string] = { type: 'path', pattern: '\\{code\\}', example: 'TraCuuHoSo?mahoso={code}' }
  t.equal(read({ LOOKUP }, { ADAPTER_TAX_LOOKUP: 'x?ma={code}' }).settings['LOOKUP'], 'x?ma={code}')
  t.strictSame(problems(() => read({ LOOKUP }, { ADAPTER_TAX_LOOKUP: 'x' })), ['ADAPTER_TAX_LOOKUP: must be a path like TraCuuHoSo?mahoso={code}'])
})

type Example = readonly [setting: Omit<ManifestSetting, 'help'>, good: Record<string, unknown>, bad: readonly string[]]

const TYPES: Record<string, Example> = {
  url: [{ type: 'url' }, { 'http://10.0.0.5:8080/x': 'http://10.0.0.5:8080/x', 'https://h': 'https://h' }, ['h', 'ftp://h', 'http://', '//h', 'file:///etc/passwd']],
  path: [{ type: 'path' }, { 'mapi/g': 'mapi/g', '/mapi/login?x=1': '/mapi/login?x=1' }, ['a b', 'a#b', '?a?b c']],
  integer: [{ type: 'integer', minimum: 2, maximum: 9 }, { 2: 2, 9: 9 }, ['1', '10', 'x', '2.5', '-3', '1e1']],
  'integer without bounds': [{ type: 'integer' }, { 0: 0, 9007199254740991: Number.MAX_SAFE_INTEGER }, ['9007199254740993', '-1']],
  boolean: [{ type: 'boolean' }, { true: true, false: false }, ['yes', '1', 'TRUE', 'toString', 'constructor', '__proto__']],
  list: [{ type: 'list' }, { 'a, b,,c': ['a', 'b', 'c'], ',': [] }, []],
  enum: [{ type: 'string', enum: ['both', 'header'] }, { both: 'both' }, ['query', 'Both']]
}

for (const [name, [setting, good, bad]] of Object.entries(TYPES)) {
  t.test(`${name}: what fits is read, what does not is refused by name`, async t => {
    for (const [text, value] of Object.entries(good)) t.strictSame(read({ KEY: setting }, { ADAPTER_TAX_KEY: text }).settings['KEY'], value, text)
    for (const text of bad) t.match(problems(() => read({ KEY: setting }, { ADAPTER_TAX_KEY: text })), [/^ADAPTER_TAX_KEY: must be /], text)
  })
}

t.test('the bounds and the choices are told', async t => {
  t.strictSame(problems(() => read({ N: { type: 'integer', minimum: 2, maximum: 9 } }, { ADAPTER_TAX_N: '1' })), ['ADAPTER_TAX_N: must be a integer from 2 to 9'])
  t.strictSame(problems(() => read({ N: { type: 'integer' } }, { ADAPTER_TAX_N: 'x' })), ['ADAPTER_TAX_N: must be a integer from 0 to any'])
  t.strictSame(problems(() => read({ M: { type: 'string', enum: ['a', 'b'] } }, { ADAPTER_TAX_M: 'c' })), ['ADAPTER_TAX_M: must be one of a, b'])
})

t.test('a secret that is wrong is not repeated', async t => {
  const settings: Settings = { PASSWORD: { type: 'integer', sensitive: true } }
  t.notMatch(problems(() => read(settings, { ADAPTER_TAX_PASSWORD: 'mat-khau-9f31' })).join(), 'mat-khau-9f31')
})

t.test('a secret may come from a file; variable and file together are refused', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-adapter-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const file = join(folder, 'password')
  writeFileSync(file, 'mat-khau\n')
  const settings: Settings = { PASSWORD: { type: 'string', required: true } }
  t.equal(read(settings, { ADAPTER_TAX_PASSWORD_FILE: file }).settings['PASSWORD'], 'mat-khau')
  t.match(problems(() => read(settings, { ADAPTER_TAX_PASSWORD: 'x', ADAPTER_TAX_PASSWORD_FILE: file })), [/both/])
  t.match(problems(() => read(settings, { ADAPTER_TAX_PASSWORD_FILE: '/nowhere' })), [/^ADAPTER_TAX_PASSWORD_FILE: .*ENOENT/, /missing/])
})

t.test('limits and retries are the manifest\'s until a setting of the kernel says otherwise', async t => {
  const { limits, retry, breaker } = manifest('tax')
  t.strictSame(read({}, {}), {
    settings: {}, limits: { ...limits, idleTimeoutMs: 2000, batchSize: 1, batchWaitMs: 50, callsPerSecond: null }, retry: { ...retry, quietHours: [] }, breaker, network: {}, inbound: {}, units: []
  }, 'no other time than the call\'s, and no rate')
  const changed = read({}, {
    ADAPTER_TAX_CONCURRENCY: '1',
    ADAPTER_TAX_CONNECTIONS: '2',
    ADAPTER_TAX_CONNECT_TIMEOUT_MS: '100',
    ADAPTER_TAX_CALL_TIMEOUT_MS: '200',
    ADAPTER_TAX_IDLE_TIMEOUT_MS: '150',
    ADAPTER_TAX_CALLS_PER_SECOND: '2.5',
    ADAPTER_TAX_BATCH_SIZE: '10',
    ADAPTER_TAX_BATCH_WAIT_MS: '20',
    ADAPTER_TAX_MAX_RESPONSE_BYTES: '1024',
    ADAPTER_TAX_RETRY_DELAYS_SECONDS: '0.5, 2',
    ADAPTER_TAX_RETRY_MAX_AGE_HOURS: '1',
    ADAPTER_TAX_RETRY_MAX_OWN_FAILURES: '3',
    ADAPTER_TAX_RETRY_JITTER_PERCENT: '50',
    ADAPTER_TAX_RETRY_AFTER_MAX_SECONDS: '7',
    ADAPTER_TAX_QUIET_HOURS: '22:00-05:00, 12:00-12:30',
    ADAPTER_TAX_BREAKER_FAILURES: '2',
    ADAPTER_TAX_BREAKER_PROBE_SECONDS: '1,5'
  })
  t.strictSame(changed.limits, { concurrency: 1, connections: 2, connectTimeoutMs: 100, callTimeoutMs: 200, idleTimeoutMs: 150, maxResponseBytes: 1024, batchSize: 10, batchWaitMs: 20, callsPerSecond: 2.5 })
  t.match(changed.retry, {
    delaysSeconds: [0.5, 2],
    maxAgeHours: 1,
    maxOwnFailures: 3,
    jitter: 0.5,
    maxRetryAfterSeconds: 7,
    quietHours: [{ fromMinute: 1320, toMinute: 300 }, { fromMinute: 720, toMinute: 750 }]
  })
  t.strictSame(changed.breaker, { failures: 2, probeSeconds: [1, 5] })
})

t.test('an exponential back-off is a schedule whose cap repeats, and does not stand beside a list', async t => {
  const { retry } = read({}, { ADAPTER_TAX_RETRY_EXPONENTIAL: '2, 3, 100' })
  t.strictSame(retry.delaysSeconds, [2, 6, 18, 54, 100])
  t.match(problems(() => read({}, { ADAPTER_TAX_RETRY_EXPONENTIAL: '2,3,100', ADAPTER_TAX_RETRY_DELAYS_SECONDS: '1' })), [/^ADAPTER_TAX_RETRY_EXPONENTIAL: .*keep one/])
  for (const wrong of ['2,1,100', '0,2,100', '5,2,1', '2,2', 'x']) {
    t.match(problems(() => read({}, { ADAPTER_TAX_RETRY_EXPONENTIAL: wrong })), [/^ADAPTER_TAX_RETRY_EXPONENTIAL: must be first wait, factor/], wrong)
  }
})

t.test('quiet hours are times of the day', async t => {
  for (const wrong of ['24:00-05:00', '22-5', '22:00', '22:60-23:00', ',']) {
    t.match(problems(() => read({}, { ADAPTER_TAX_QUIET_HOURS: wrong })), [/^ADAPTER_TAX_QUIET_HOURS: must be times of the day/], wrong)
  }
})

t.test('a kernel setting out of bounds is refused by name', async t => {
  for (const key of KERNEL_SETTING_NAMES.filter(name => !['RETRY_DELAYS_SECONDS', 'CALLS_PER_SECOND', 'RETRY_EXPONENTIAL', 'RETRY_JITTER_PERCENT', 'QUIET_HOURS', 'BREAKER_PROBE_SECONDS', 'UNITS', ...Object.keys(NETWORK_SETTINGS), ...Object.keys(INBOUND_SETTINGS)].includes(name))) {
    t.match(problems(() => read({}, { [`ADAPTER_TAX_${key}`]: '0' })), [new RegExp(`^ADAPTER_TAX_${key}: must be a integer from `)])
  }
})

t.test('a manifest\'s rate can be changed and taken away, and no other word does that', async t => {
  const limited = manifest('tax')
  limited.limits.callsPerSecond = 20
  const rate = (text: string): unknown => readAdapterSettings({ ADAPTER_TAX_CALLS_PER_SECOND: text }, limited).limits.callsPerSecond
  t.equal(readAdapterSettings({}, limited).limits.callsPerSecond, 20)
  t.strictSame(['0.1', '5', '1000', 'unlimited'].map(rate), [0.1, 5, 1000, null])
  for (const bad of ['0', '0.01', '1001', '-1', '1e2', 'none', 'Unlimited', '5/s']) {
    t.match(problems(() => rate(bad)), [/^ADAPTER_TAX_CALLS_PER_SECOND: must be a number of calls per second from 0.1 to 1000, or unlimited$/], bad)
  }
})

t.test('redirects are followed only where that is said', async t => {
  t.strictSame(read({}, { ADAPTER_TAX_FOLLOW_REDIRECTS: 'none' }).network, {})
  t.strictSame(read({}, { ADAPTER_TAX_FOLLOW_REDIRECTS: 'same-origin' }).network, { followRedirects: 'same-origin' })
  t.strictSame(problems(() => read({}, { ADAPTER_TAX_FOLLOW_REDIRECTS: 'all' })), ['ADAPTER_TAX_FOLLOW_REDIRECTS: must be none or same-origin'])
})

t.test('units are refused where the adapter has nothing that a unit could have of its own', async t => {
  t.match(problems(() => read({ USER: { type: 'string' } }, { ADAPTER_TAX_UNITS: 'H15.14' })), [/^ADAPTER_TAX_UNITS: .*no settings per unit/])
})

t.test('delays that are no numbers are refused, not silently left out', async t => {
  for (const bad of ['soon', '5,soon', '-1', '5,,x', 'Infinity', ',']) {
    t.match(problems(() => read({}, { ADAPTER_TAX_RETRY_DELAYS_SECONDS: bad })), [/^ADAPTER_TAX_RETRY_DELAYS_SECONDS: /], bad)
  }
})

const TAX = manifest('tax', { BASE_URL: { type: 'url' } })
const TAX_BASE = manifest('tax-base', { URL: { type: 'url' }, USER: { type: 'string' } })

t.test('a variable that no adapter has is refused, with what there is', async t => {
  t.match(problems(() => checkNames({ ADAPTER_POST_URL: 'x', PORT: '1' }, [TAX])), [/^ADAPTER_POST_URL: no adapter has this prefix; adapters are tax$/])
  t.match(problems(() => checkNames({ ADAPTER_TAX_BASE_ULR: 'x' }, [TAX])), [/^ADAPTER_TAX_BASE_ULR: unknown setting of adapter tax; known are BASE_URL, CONCURRENCY/])
  t.strictSame(problems(() => checkNames({ ADAPTER_TAX_BASE_URL: 'x', ADAPTER_TAX_BASE_URL_FILE: 'x', ADAPTER_TAX_CONCURRENCY: '1' }, [TAX])), [])
})

t.test('the longest adapter id wins a prefix', async t => {
  t.strictSame(problems(() => checkNames({ ADAPTER_TAX_BASE_USER: 'x', ADAPTER_TAX_BASE_CONCURRENCY: '1' }, [TAX, TAX_BASE])), [])
})

t.test('a variable that two adapters could mean is refused, whichever of them knows it', async t => {
  t.match(problems(() => checkNames({ ADAPTER_TAX_BASE_URL: 'http://h' }, [TAX, manifest('tax-base', { USER: { type: 'string' } })])), [/^ADAPTER_TAX_BASE_URL: ambiguous.*tax-base.*tax/])
  t.match(problems(() => checkNames({ ADAPTER_TAX_BASE_URL: 'http://h' }, [TAX, TAX_BASE])), [/^ADAPTER_TAX_BASE_URL: ambiguous/], 'both know it: one would read what is meant for the other')
})

t.test('an adapter that is not there is refused by name', async t => {
  await t.rejects(activateAdapters({ environment: {}, wanted: ['portal'] }), /^ADAPTERS: no adapter named portal; there are .*national-portal/)
})

t.test('an adapter that is named twice is one', async t => {
  const active = await activateAdapters({ environment: portalSettings('http://127.0.0.1:1'), wanted: ['national-portal', 'national-portal'] })
  t.strictSame([...active.keys()], ['national-portal'])
  for (const { client } of active.values()) await client.close()
})
