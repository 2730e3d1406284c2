/** The settings of the gateway. The only file that reads `process.env` (design §4). */
import { readFileSync } from 'node:fs'
import { ConfigError } from '../base/problem.js'
import { SETTINGS, type SettingName } from './values.js'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Config {
  host: string
  port: number
  databaseUrl: string | undefined
  redisUrl: string | undefined
  dataDir: string
  adapters: string[]
  outboundPaused: boolean
  logLevel: string
  bootstrapApiKey: string | undefined
  migrateOnStart: boolean
  queuePrefix: string
  databaseConnections: number
  leaseSeconds: number
  sweepSeconds: number
  graceSeconds: number
  bodyLimitBytes: number
  /** Networks of the reverse proxies that are believed; empty: none. */
  trustProxy: string[]
  clientSubjectHeader: string | undefined
  readyGraceSeconds: number
  diskFreeMinMb: number
  databaseMaxGb: number | undefined
  nearDueHours: number
  redriveConfirmAbove: number
  importMaxMb: number
  reconcile: { at: string | undefined, days: number, perMinute: number }
  heldAskSeconds: number
  files: FilesConfig
  catalogueHours: number
  catalogueDetails: number
  /** The whole environment, for the adapters' own settings (`src/config/adapter-settings.ts`). */
  environment: Environment
}

export interface FilesConfig {
  /** Undefined: `files` in DATA_DIR. */
  dir: string | undefined
  maxBytes: number
  types: string[]
  unreferencedHours: number
  linkDays: number
  /** The first one signs. */
  signingKeys: string[]
  publicUrl: string | undefined
}

export function processEnvironment (): Environment {
  return process.env
}

/** Reads and checks every setting; throws one ConfigError that names all that is wrong. */
export function readConfig (environment: Environment): Config {
  const problems: string[] = []
  const read = (name: SettingName): string | undefined => readSetting(environment, name, problems)
  const integer = (name: SettingName): number => Number(read(name))
  const config: Config = {
    host: read('HOST') ?? '',
    port: integer('PORT'),
    databaseUrl: read('DATABASE_URL'),
    redisUrl: read('REDIS_URL'),
    dataDir: read('DATA_DIR') ?? '',
    adapters: list(read('ADAPTERS')),
    outboundPaused: read('OUTBOUND') === 'paused',
    logLevel: read('LOG_LEVEL') ?? '',
    bootstrapApiKey: read('BOOTSTRAP_API_KEY'),
    migrateOnStart: read('MIGRATE_ON_START') === 'yes',
    queuePrefix: read('QUEUE_PREFIX') ?? '',
    databaseConnections: integer('DATABASE_CONNECTIONS'),
    leaseSeconds: integer('LEASE_SECONDS'),
    sweepSeconds: integer('SWEEP_SECONDS'),
    graceSeconds: integer('GRACE_SECONDS'),
    bodyLimitBytes: integer('BODY_LIMIT_BYTES'),
    trustProxy: list(read('TRUST_PROXY')),
    clientSubjectHeader: read('CLIENT_SUBJECT_HEADER') || undefined,
    readyGraceSeconds: integer('READY_GRACE_SECONDS'),
    diskFreeMinMb: integer('DISK_FREE_MIN_MB'),
    databaseMaxGb: Number(read('DATABASE_MAX_GB')) || undefined,
    nearDueHours: integer('NEAR_DUE_HOURS'),
    redriveConfirmAbove: integer('REDRIVE_CONFIRM_ABOVE'),
    importMaxMb: integer('IMPORT_MAX_MB'),
    reconcile: { at: read('RECONCILE_AT') || undefined, days: integer('RECONCILE_DAYS'), perMinute: integer('RECONCILE_PER_MINUTE') },
    heldAskSeconds: integer('HELD_ASK_SECONDS'),
    catalogueHours: integer('CATALOGUE_HOURS'),
    catalogueDetails: integer('CATALOGUE_DETAILS'),
    files: readFiles(read),
    environment
  }
  // Anybody could write the header; a proxy that is written wrongly was named already.
  if (config.clientSubjectHeader !== undefined && config.trustProxy.length === 0 && problems.length === 0) problems.push('CLIENT_SUBJECT_HEADER: TRUST_PROXY names no proxy that could set it')
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

function readFiles (read: (name: SettingName) => string | undefined): FilesConfig {
  return {
    dir: read('FILES_DIR') || undefined,
    maxBytes: Number(read('FILES_MAX_MB')) * 1024 ** 2,
    types: list(read('FILES_TYPES')),
    unreferencedHours: Number(read('FILES_UNREFERENCED_HOURS')),
    linkDays: Number(read('FILES_LINK_DAYS')),
    signingKeys: list(read('FILES_SIGNING_KEY')),
    publicUrl: read('PUBLIC_URL') || undefined
  }
}

function readSetting (environment: Environment, name: SettingName, problems: string[]): string | undefined {
  const setting: Checkable & { default?: string } = SETTINGS[name]
  const value = readValue(environment, name, problems) ?? setting.default
  if (value === undefined) return undefined
  const problem = checkValue(value, setting)
  if (problem !== undefined) problems.push(`${name}: ${problem}`)
  return value
}

/** The variable, or the content of the file that `<name>_FILE` names: secrets can stay out of the environment. */
export function readValue (environment: Environment, name: string, problems: string[]): string | undefined {
  const value = blankToUndefined(environment[name])
  const file = blankToUndefined(environment[`${name}_FILE`])
  if (file === undefined) return value
  if (value !== undefined) problems.push(`${name}: both ${name} and ${name}_FILE are set; keep one`)
  try {
    return blankToUndefined(readFileSync(file, 'utf8').trim())
  } catch (error) {
    problems.push(`${name}_FILE: cannot read ${file} (${String((error as NodeJS.ErrnoException).code)})`)
    return undefined
  }
}

interface Checkable {
  integer?: readonly [minimum: number, maximum: number]
  oneOf?: readonly string[]
  pattern?: RegExp
  expected?: string
  check?: (value: string) => string | undefined
}

function checkValue (value: string, setting: Checkable): string | undefined {
  if (setting.integer !== undefined) {
    const [minimum, maximum] = setting.integer
    const number = Number(value)
    const fits = /^\d+$/.test(value) && number >= minimum && number <= maximum
    return fits ? undefined : `must be a whole number from ${minimum} to ${maximum}`
  }
  if (setting.oneOf !== undefined && !setting.oneOf.includes(value)) return `must be one of ${setting.oneOf.join(', ')}`
  // The value itself is not repeated: it may hold a password.
  if (setting.pattern !== undefined && !setting.pattern.test(value)) return `must be ${setting.expected ?? 'well formed'}`
  return setting.check?.(value)
}

export function list (value: string | undefined): string[] {
  return (value ?? '').split(',').map(item => item.trim()).filter(item => item !== '')
}

function blankToUndefined (value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value
}

/** `all`: API and worker in one process. */
export type Role = 'all' | 'api' | 'worker'
