// Settings: every bound holds, every complaint names its variable, and no secret is ever repeated.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readConfig, type Environment } from '../../src/config/gateway.js'
import { ConfigError } from '../../src/base/problem.js'
import { SETTINGS, type SettingName } from '../../src/config/values.js'

function problemsOf (environment: Environment): readonly string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

function secretFile (t: Test, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-config-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  writeFileSync(join(folder, 'secret'), content)
  return join(folder, 'secret')
}

t.test('with nothing set every setting has its default', async t => {
  const { environment: _, ...config } = readConfig({})
  t.strictSame(config, {
    host: '127.0.0.1',
    port: 8080,
    databaseUrl: undefined,
    redisUrl: undefined,
    dataDir: './data',
    adapters: [],
    outboundPaused: false,
    logLevel: 'info',
    bootstrapApiKey: undefined,
    migrateOnStart: false,
    queuePrefix: 'lienthong',
    databaseConnections: 10,
    leaseSeconds: 15,
    sweepSeconds: 5,
    graceSeconds: 20,
    bodyLimitBytes: 1_048_576,
    trustProxy: [],
    clientSubjectHeader: undefined,
    redriveConfirmAbove: 5000,
    importMaxMb: 2048,
    reconcile: { at: undefined, days: 7, perMinute: 120 },
    heldAskSeconds: 60,
    catalogueHours: 24,
    catalogueDetails: 200,
    readyGraceSeconds: 3,
    diskFreeMinMb: 512,
    databaseMaxGb: undefined,
    nearDueHours: 24,
    files: {
      dir: undefined,
      maxBytes: 50 * 1024 ** 2,
      types: ['pdf', 'jpg', 'png', 'tiff', 'docx', 'xlsx', 'odt'],
      unreferencedHours: 72,
      linkDays: 30,
      signingKeys: [],
      publicUrl: undefined
    }
  })
})

t.test('what is set is read', async t => {
  const config = readConfig({
    HOST: '0.0.0.0',
    PORT: '0',
    DATABASE_URL: 'postgres://u:p@h/d',
    REDIS_URL: 'rediss://h:6379',
    DATA_DIR: '/x',
    ADAPTERS: ' a, b,,c ',
    OUTBOUND: 'paused',
    LOG_LEVEL: 'debug',
    BOOTSTRAP_API_KEY: 'k'.repeat(16),
    MIGRATE_ON_START: 'yes',
    QUEUE_PREFIX: 'tinh-1',
    DATABASE_CONNECTIONS: '20',
    LEASE_SECONDS: '3',
    SWEEP_SECONDS: '1',
    GRACE_SECONDS: '1',
    BODY_LIMIT_BYTES: '1024',
    RECONCILE_AT: '02:30',
    REDRIVE_CONFIRM_ABOVE: '10',
    IMPORT_MAX_MB: '64',
    RECONCILE_DAYS: '1',
    RECONCILE_PER_MINUTE: '60',
    CATALOGUE_HOURS: '0',
    CATALOGUE_DETAILS: '5',
    READY_GRACE_SECONDS: '0',
    DISK_FREE_MIN_MB: '0',
    DATABASE_MAX_GB: '0.5',
    TRUST_PROXY: '10.0.0.9, ::1',
    CLIENT_SUBJECT_HEADER: 'x-subject',
    NEAR_DUE_HOURS: '48',
    FILES_DIR: '/tep',
    FILES_MAX_MB: '1',
    FILES_TYPES: 'pdf, zip',
    FILES_UNREFERENCED_HOURS: '1',
    FILES_LINK_DAYS: '2',
    FILES_SIGNING_KEY: `${'a'.repeat(32)},${'b'.repeat(32)}`,
    PUBLIC_URL: 'https://lienthong.tinh.gov.vn/gw'
  })
  t.match(config, {
    host: '0.0.0.0',
    port: 0,
    databaseUrl: 'postgres://u:p@h/d',
    redisUrl: 'rediss://h:6379',
    dataDir: '/x',
    adapters: ['a', 'b', 'c'],
    outboundPaused: true,
    logLevel: 'debug',
    bootstrapApiKey: 'k'.repeat(16),
    migrateOnStart: true,
    queuePrefix: 'tinh-1',
    databaseConnections: 20,
    leaseSeconds: 3,
    sweepSeconds: 1,
    graceSeconds: 1,
    bodyLimitBytes: 1024,
    redriveConfirmAbove: 10,
    importMaxMb: 64,
    reconcile: { at: '02:30', days: 1, perMinute: 60 },
    catalogueHours: 0,
    catalogueDetails: 5,
    readyGraceSeconds: 0,
    diskFreeMinMb: 0,
    databaseMaxGb: 0.5,
    trustProxy: ['10.0.0.9', '::1'],
    clientSubjectHeader: 'x-subject',
    nearDueHours: 48,
    files: {
      dir: '/tep',
      maxBytes: 1024 ** 2,
      types: ['pdf', 'zip'],
      unreferencedHours: 1,
      linkDays: 2,
      signingKeys: ['a'.repeat(32), 'b'.repeat(32)],
      publicUrl: 'https://lienthong.tinh.gov.vn/gw'
    }
  })
})

t.test('a blank variable is one that is not set', async t => {
  t.match(readConfig({ PORT: '', DATABASE_URL: '  ', HOST: '\t' }), { port: 8080, databaseUrl: undefined, host: '127.0.0.1' })
})

const INTEGERS = Object.entries(SETTINGS).flatMap(([name, setting]) => 'integer' in setting ? [[name, ...setting.integer] as const] : [])

t.test('whole numbers are taken from bound to bound and not beyond', async t => {
  t.equal(INTEGERS.length, 19)
  for (const [name, minimum, maximum] of INTEGERS) {
    t.strictSame(problemsOf({ [name]: String(minimum) }), [], `${name} ${minimum}`)
    t.strictSame(problemsOf({ [name]: String(maximum) }), [], `${name} ${maximum}`)
    for (const bad of [String(minimum - 1), String(maximum + 1), 'ten', '1.5', '1e3', '0x10', '+5', ' 5 ', '5s', '-0', '٥']) {
      t.strictSame(problemsOf({ [name]: bad }), [`${name}: must be a whole number from ${minimum} to ${maximum}`], `${name} ${bad}`)
    }
  }
})

const BAD_TEXTS: Partial<Record<SettingName, string[]>> = {
  DATABASE_URL: ['mysql://h/d', 'localhost', 'http://h/d'],
  REDIS_URL: ['http://h', 'h:6379', 'redis+sentinel://:pa55@h', 'redis+cluster://h/1'],
  OUTBOUND: ['off', 'Paused', 'true'],
  LOG_LEVEL: ['verbose', 'INFO'],
  BOOTSTRAP_API_KEY: ['short', 'with a blank in the key', 'khóa-không-phải-ascii', 'x'.repeat(201)],
  MIGRATE_ON_START: ['true', '1', 'Yes'],
  FILES_SIGNING_KEY: ['short', 'x'.repeat(31), `${'x'.repeat(32)},short`, `${'x'.repeat(32)} `, 'ộ'.repeat(32)],
  FILES_TYPES: ['exe', 'pdf,exe', 'PDF', ','],
  PUBLIC_URL: ['gw.example.vn', 'https://gw.example.vn/', 'https://gw.example.vn/?a=1', 'https://u:p@gw.example.vn', 'ftp://gw'],
  DATABASE_MAX_GB: ['-1', '1,5', '10GB'],
  TRUST_PROXY: ['proxy.example.vn', '10.0.0.0/33', '10.0.0', '::1/129'],
  CLIENT_SUBJECT_HEADER: ['X-Subject', 'a b'],
  QUEUE_PREFIX: ['Upper', '-x', 'a b', 'a:b', '{a}', 'x'.repeat(42)]
}

for (const [name, values] of Object.entries(BAD_TEXTS)) {
  t.test(`${name} is refused by name when it is not well formed, and a secret is not repeated`, async t => {
    for (const value of values) {
      const [problem, ...more] = problemsOf({ [name]: value })
      t.match(problem, new RegExp(`^${name}: must be \\S`))
      t.strictSame(more, [])
      if ('sensitive' in SETTINGS[name as SettingName]) t.notOk(problem?.includes(value), 'the value is not repeated')
    }
  })
}

t.test('everything that is wrong is told at once', async t => {
  const problems = problemsOf({ PORT: 'x', OUTBOUND: 'x', DATABASE_URL: 'x', QUEUE_PREFIX: 'X' })
  t.strictSame(problems.map(problem => problem.split(':')[0]).sort(), ['DATABASE_URL', 'OUTBOUND', 'PORT', 'QUEUE_PREFIX'])
})

t.test('a header that anybody could write stops the start', async t => {
  t.match(problemsOf({ CLIENT_SUBJECT_HEADER: 'x-subject' }), [/^CLIENT_SUBJECT_HEADER: TRUST_PROXY/])
})

t.test('a secret may come from a file, with or without a line end', async t => {
  for (const end of ['', '\n', '\r\n']) {
    const file = secretFile(t, `key-from-a-file-0001${end}`)
    t.equal(readConfig({ BOOTSTRAP_API_KEY_FILE: file }).bootstrapApiKey, 'key-from-a-file-0001')
  }
})

t.test('a file that is missing stops the start and is named with its variable', async t => {
  t.match(problemsOf({ DATABASE_URL_FILE: '/nowhere/secret' }), [/^DATABASE_URL_FILE: .*\/nowhere\/secret.*ENOENT/])
})

t.test('a folder in place of a file is told, not thrown', async t => {
  t.match(problemsOf({ DATABASE_URL_FILE: tmpdir() }), [/^DATABASE_URL_FILE: .*EISDIR/])
})

t.test('variable and file together are ambiguous', async t => {
  const file = secretFile(t, 'postgres://from:file@h/d')
  const problems = problemsOf({ DATABASE_URL: 'postgres://from:variable@h/d', DATABASE_URL_FILE: file })
  t.match(problems, [/^DATABASE_URL: both DATABASE_URL and DATABASE_URL_FILE are set/])
  t.notMatch(problems.join(), /from:(file|variable)/)
})

t.test('what a file holds is checked like a variable, and not repeated', async t => {
  const file = secretFile(t, 'mysql://user:secret-word@h/d')
  const problems = problemsOf({ DATABASE_URL_FILE: file })
  t.match(problems, [/^DATABASE_URL: must be a postgresql:\/\/ address/])
  t.notMatch(problems.join(), /secret-word/)
})

t.test('an empty file is a setting that is not set', async t => {
  t.equal(readConfig({ REDIS_URL_FILE: secretFile(t, '\n') }).redisUrl, undefined)
})
