/**
 * Settings of adapters: `ADAPTER_<ID>_<KEY>`, typed by the manifest. A missing or unknown one stops the boot and is
 * named; the longest adapter id wins a prefix, and one that two adapters could mean is refused (design §4).
 */
import { INBOUND_EXPECTATIONS, INBOUND_PARSERS, INBOUND_SETTINGS, readInbound, type InboundProof } from './inbound.js'
import { NETWORK_EXPECTATIONS, NETWORK_PARSERS, NETWORK_SETTINGS, readNetwork } from './network.js'
import { readRetry, RETRY_EXPECTATIONS, RETRY_PARSERS, RETRY_SETTINGS } from './retry.js'
import { readUnits, unitVariables, type UnitSettings } from './accounts.js'
import { list, readValue, type Environment } from './gateway.js'
import { ConfigError } from '../base/problem.js'
import type { BreakerPolicy, Manifest, ManifestLimits, ManifestSetting, RetryPolicy } from '../adapter-kit/manifest.js'
import type { Network } from '../adapter-kit/network.js'
import type { Settings } from '../adapter-kit/contract/open.js'

export interface AdapterSettings {
  settings: Settings
  limits: ManifestLimits
  retry: RetryPolicy
  breaker: BreakerPolicy
  network: Network
  inbound: InboundProof
  units: UnitSettings[]
}

/** Settings that every adapter has: the numbers of its manifest may be overridden, and its way through the network is set. */
const KERNEL_SETTINGS = {
  CONCURRENCY: { type: 'integer', minimum: 1, maximum: 1000 },
  CONNECTIONS: { type: 'integer', minimum: 1, maximum: 1000 },
  CONNECT_TIMEOUT_MS: { type: 'integer', minimum: 100, maximum: 120_000 },
  CALL_TIMEOUT_MS: { type: 'integer', minimum: 100, maximum: 600_000 },
  IDLE_TIMEOUT_MS: { type: 'integer', minimum: 100, maximum: 600_000 },
  CALLS_PER_SECOND: { type: 'rate' },
  BATCH_SIZE: { type: 'integer', minimum: 1, maximum: 1000 },
  BATCH_WAIT_MS: { type: 'integer', minimum: 1, maximum: 10_000 },
  MAX_RESPONSE_BYTES: { type: 'integer', minimum: 1024, maximum: 104_857_600 },
  UNITS: { type: 'list' },
  ...RETRY_SETTINGS,
  ...NETWORK_SETTINGS,
  ...INBOUND_SETTINGS
} as const satisfies Record<string, Readable>

/** What can be read: a manifest's setting, or one of the kernel's own. */
type Readable = Omit<ManifestSetting, 'help' | 'type'> & { type: ManifestSetting['type'] | 'rate' | keyof typeof RETRY_PARSERS | keyof typeof NETWORK_PARSERS | keyof typeof INBOUND_PARSERS }

export const KERNEL_SETTING_NAMES: readonly string[] = Object.keys(KERNEL_SETTINGS)

/** `national-portal` → `ADAPTER_NATIONAL_PORTAL_`. */
export function settingPrefix (adapterId: string): string {
  return `ADAPTER_${adapterId.toUpperCase().replaceAll('-', '_')}_`
}

/** Throws for a variable `ADAPTER_…` that no adapter folder knows, or that two could mean. */
export function checkNames (environment: Environment, manifests: readonly Manifest[]): void {
  const problems: string[] = []
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith('ADAPTER_')) continue
    const problem = checkName(variable, manifests, environment)
    if (problem !== undefined) problems.push(`${variable}: ${problem}`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
}

function checkName (variable: string, manifests: readonly Manifest[], environment: Environment): string | undefined {
  const matching = manifests
    .filter(manifest => variable.startsWith(settingPrefix(manifest.id)))
    .sort((a, b) => b.id.length - a.id.length)
  const [longest, ...shorter] = matching
  if (longest === undefined) return `no adapter has this prefix; adapters are ${manifests.map(manifest => manifest.id).join(', ')}`
  const other = shorter.find(manifest => knows(manifest, variable, environment))
  if (other === undefined && knows(longest, variable, environment)) return undefined
  return other === undefined
    ? `unknown setting of adapter ${longest.id}; known are ${[...Object.keys(longest.settings), ...KERNEL_SETTING_NAMES].join(', ')}`
    : `ambiguous: it could belong to ${longest.id} or ${other.id}`
}

function knows (manifest: Manifest, variable: string, environment: Environment): boolean {
  const prefix = settingPrefix(manifest.id)
  const key = variable.slice(prefix.length)
  const names = new Set([...Object.keys(manifest.settings), ...KERNEL_SETTING_NAMES, ...unitVariables(environment, manifest, prefix)])
  return names.has(key) || (key.endsWith('_FILE') && names.has(key.slice(0, -'_FILE'.length)))
}

/** Reads one adapter's settings; throws one ConfigError that names every variable that is missing or wrong. */
export function readAdapterSettings (environment: Environment, manifest: Manifest): AdapterSettings {
  const problems: string[] = []
  const read = (key: string, setting: Readable): SettingValue | undefined =>
    readSetting(environment, { variable: settingPrefix(manifest.id) + key, setting }, problems)
  const settings = Object.fromEntries(Object.entries(manifest.settings).flatMap(([key, setting]) => {
    const value = read(key, setting)
    return value === undefined ? [] : [[key, value]]
  }))
  // A value that is wrong was named already.
  problems.push(...missingFor(settings, manifest).filter(missing => !problems.some(problem => sameVariable(problem, missing))))
  const number = (key: keyof typeof KERNEL_SETTINGS, fallback: number): number =>
    Number(read(key, KERNEL_SETTINGS[key]) ?? fallback)
  const result: AdapterSettings = {
    settings,
    limits: readLimits(manifest.limits, { number, rate: read('CALLS_PER_SECOND', KERNEL_SETTINGS.CALLS_PER_SECOND) }),
    ...readRetry(manifest, { prefix: settingPrefix(manifest.id), read: key => read(key, KERNEL_SETTINGS[key]) }, problems),
    network: readNetwork(settingPrefix(manifest.id), key => read(key, KERNEL_SETTINGS[key]) as string | undefined, problems),
    inbound: readInbound(manifest, { prefix: settingPrefix(manifest.id), read: key => read(key, KERNEL_SETTINGS[key]) as string[] | undefined }, problems),
    units: readUnits(environment, {
      manifest, prefix: settingPrefix(manifest.id), settings, read: (variable, key) => read(variable, optional(manifest.settings[key]))
    }, problems)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return result
}

interface LimitReading {
  number: (key: keyof typeof KERNEL_SETTINGS, fallback: number) => number
  rate: SettingValue | undefined
}

function readLimits (limits: ManifestLimits, { number, rate }: LimitReading): ManifestLimits {
  const callTimeoutMs = number('CALL_TIMEOUT_MS', limits.callTimeoutMs)
  return {
    ...limits,
    concurrency: number('CONCURRENCY', limits.concurrency),
    connections: number('CONNECTIONS', limits.connections),
    connectTimeoutMs: number('CONNECT_TIMEOUT_MS', limits.connectTimeoutMs),
    callTimeoutMs,
    idleTimeoutMs: number('IDLE_TIMEOUT_MS', limits.idleTimeoutMs ?? callTimeoutMs),
    maxResponseBytes: number('MAX_RESPONSE_BYTES', limits.maxResponseBytes),
    batchSize: number('BATCH_SIZE', limits.batchSize ?? 1),
    batchWaitMs: number('BATCH_WAIT_MS', limits.batchWaitMs ?? 50),
    callsPerSecond: rate === undefined ? limits.callsPerSecond ?? null : readRate(rate)
  }
}

function readRate (rate: SettingValue): number | null {
  return rate === UNLIMITED ? null : Number(rate)
}

/** A unit's own value; what is missing is told in the unit's words, and the adapter's default is not the unit's. */
function optional (setting: ManifestSetting | undefined): Readable {
  const { required: _, default: __, ...rest } = setting ?? { type: 'string' as const }
  return rest
}

/** What the values of other settings ask for, named with the reason. */
function missingFor (settings: Settings, { id, settings: known }: Manifest): string[] {
  return Object.entries(known).flatMap(([key, { requiredFor = {} }]) => {
    const reasons = Object.entries(requiredFor)
    const needed = reasons.length > 0 && reasons.every(([name, values]) => values.includes(String(settings[name])))
    if (!needed || settings[key] !== undefined) return []
    return [`${settingPrefix(id)}${key}: missing; ${reasons.map(([name]) => `${settingPrefix(id)}${name} is ${String(settings[name])}`).join(', ')}`]
  })
}

function sameVariable (problem: string, other: string): boolean {
  return problem.split(':')[0] === other.split(':')[0]
}

type SettingValue = string | number | boolean | string[]
interface Named {
  variable: string
  setting: Readable
}

function readSetting (environment: Environment, { variable, setting }: Named, problems: string[]): SettingValue | undefined {
  const text = readValue(environment, variable, problems)
  if (text === undefined) {
    if (setting.required === true) problems.push(`${variable}: missing`)
    return setting.default
  }
  const value = PARSERS[setting.type](text, setting)
  if (value === undefined || !isAllowed(text, setting)) {
    problems.push(`${variable}: must be ${describe(setting)}`)
    return undefined
  }
  return value
}

function isAllowed (text: string, { enum: choices, pattern }: Readable): boolean {
  return choices?.includes(text) !== false && (pattern === undefined || new RegExp(pattern, 'u').test(text))
}

/** How an operator takes the manifest's rate away. */
const UNLIMITED = 'unlimited'

type Parser = (text: string, setting: Readable) => SettingValue | undefined

const PARSERS: Record<Readable['type'], Parser> = {
  ...NETWORK_PARSERS,
  ...INBOUND_PARSERS,
  ...RETRY_PARSERS,
  rate: text => text === UNLIMITED || (/^\d{1,4}(\.\d{1,2})?$/.test(text) && Number(text) >= 0.1 && Number(text) <= 1000) ? text : undefined,
  string: text => text,
  list: text => list(text),
  boolean: readBoolean,
  path: text => /^\/?[^\s?#]*(\?[^\s#]*)?$/.test(text) ? text : undefined,
  url: text => URL.canParse(text) && /^https?:\/\//.test(text) ? text : undefined,
  integer: (text, { minimum = 0, maximum = Number.MAX_SAFE_INTEGER }) => {
    const value = Number(text)
    return /^\d+$/.test(text) && value >= minimum && value <= maximum ? value : undefined
  }
}

function readBoolean (text: string): boolean | undefined {
  if (text === 'true') return true
  return text === 'false' ? false : undefined
}

const EXPECTATIONS = { ...NETWORK_EXPECTATIONS, ...INBOUND_EXPECTATIONS, ...RETRY_EXPECTATIONS }

function describe (setting: Readable): string {
  if (setting.type === 'rate') return `a number of calls per second from 0.1 to 1000, or ${UNLIMITED}`
  const expected: string | undefined = (EXPECTATIONS as Readonly<Record<string, string>>)[setting.type]
  if (expected !== undefined) return expected
  if (setting.enum !== undefined) return `one of ${setting.enum.join(', ')}`
  if (setting.example !== undefined) return `a ${setting.type} like ${setting.example}`
  const range = setting.type === 'integer' ? ` from ${setting.minimum ?? 0} to ${setting.maximum ?? 'any'}` : ''
  return `a ${setting.type}${range}`
}
