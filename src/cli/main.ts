#!/usr/bin/env node
/** `npx lienthong …`: what operators do from a shell. Output is JSON lines or plain text; errors end with 1. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { catalogueChanges, cataloguePull, catalogueShow, CATALOGUE_USAGE } from './catalogue.js'
import { codesExport, codesImport, codesList, codesRedrive, codesSet, CODES_USAGE, type CodesOptions } from './codes.js'
import { doctor, DOCTOR_USAGE, type DoctorContext } from './doctor.js'
import { bulkCommand, BULK_USAGE } from './bulk.js'
import { reconcileCancel, reconcileItems, reconcileList, reconcileRepair, reconcileShow, reconcileStart, RECONCILE_USAGE, type ReconcileContext } from './reconcile.js'
import { redriveCauses, redriveItemList, redriveList, redriveShow, redriveStart, redriveSteer, REDRIVE_OPTIONS, REDRIVE_USAGE, type RedriveContext } from './redrive.js'
import { recordAudit } from '../db/audit.js'
import { processEnvironment, readConfig, type Config } from '../config/gateway.js'
import { embeddedUrl, openEmbedded, EmbeddedDatabaseError } from '../db/embedded.js'
import { addKey, generateKey, listKeys, revokeKeys, SCOPES } from '../db/keys.js'
import { migrate, schemaStatus } from '../db/migrate.js'
import { openDatabase, type Database } from '../db/open.js'
import { ConfigError, isForPeople } from '../base/problem.js'
import { backlog } from '../health/standing.sql.js'
import type { BulkCommand } from './bulk-input.js'

const USAGE = `lienthong – công cụ vận hành / operator's tool

  lienthong migrate                                    áp dụng thay đổi cơ sở dữ liệu / apply pending migrations
  lienthong keys create <client> --scopes a,b          tạo khóa, in ra một lần / make a key; it is shown once
  lienthong keys list
  lienthong keys revoke <client> [--key <id>]
${BULK_USAGE}
  lienthong status                                     hồ sơ đang chờ theo bộ kết nối / open deliveries by adapter
${DOCTOR_USAGE}
${CODES_USAGE}
${CATALOGUE_USAGE}
${RECONCILE_USAGE}
${REDRIVE_USAGE}
  --json                                               kết quả trên một dòng / the result on one line

Scopes: ${SCOPES.join(', ')}
`

interface CommandContext {
  db: Database
  config: Config
  args: readonly string[]
  options: CodesOptions & { force?: boolean | undefined, since?: string | undefined } & ReconcileContext['options'] & RedriveContext['options'] & DoctorContext['options'] & { scopes?: string | undefined, key?: string | undefined } & BulkCommand['options']
}
type Command = (context: CommandContext) => Promise<unknown>

const COMMANDS: Readonly<Record<string, Command>> = {
  migrate: async ({ db }) => ({ applied: await migrate(db) }),
  'keys create': createKey,
  'keys list': async ({ db }) => (await listKeys(db)).map(row => ({ ...row, live: row.revoked_at === null })),
  'keys revoke': revokeKey,
  import: bulkCommand,
  'codes list': codesList,
  'codes export': codesExport,
  'codes import': codesImport,
  'codes set': codesSet,
  'codes redrive': codesRedrive,
  'catalogue pull': cataloguePull,
  'catalogue show': catalogueShow,
  'catalogue changes': catalogueChanges,
  'reconcile start': reconcileStart,
  'reconcile list': reconcileList,
  'reconcile show': reconcileShow,
  'reconcile items': reconcileItems,
  'reconcile repair': reconcileRepair,
  'reconcile cancel': reconcileCancel,
  'redrive causes': redriveCauses,
  'redrive start': redriveStart,
  'redrive list': redriveList,
  'redrive show': redriveShow,
  'redrive items': redriveItemList,
  'redrive pause': redriveSteer('pause'),
  'redrive resume': redriveSteer('resume'),
  'redrive cancel': redriveSteer('cancel'),
  status: async ({ db }) => backlog(db),
  doctor
}

async function createKey ({ db, args: [client = ''], options }: CommandContext): Promise<unknown> {
  const scopes = (options.scopes ?? '').split(',').filter(scope => scope !== '')
  const unknown = scopes.filter(scope => !(SCOPES as readonly string[]).includes(scope))
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(client)) throw new ConfigError(['keys create: <client> has lower-case letters, digits and hyphens'])
  if (scopes.length === 0 || unknown.length > 0) throw new ConfigError([`keys create: --scopes takes ${SCOPES.join(',')}${unknown.length > 0 ? `; not ${unknown.join(',')}` : ''}`])
  const key = generateKey()
  const id = await db.transaction().execute(async tx => {
    const keyId = await addKey(tx, { clientId: client, key, scopes })
    await recordAudit(tx, [{ actor: 'operator:cli', action: 'client.key-created', details: { client, keyId, scopes } }])
    return keyId
  })
  return { client, id, scopes, key, note: 'Khóa chỉ hiện một lần. / The key is shown only now.' }
}

async function revokeKey ({ db, args: [client = ''], options }: CommandContext): Promise<unknown> {
  const revoked = await db.transaction().execute(async tx => {
    const count = await revokeKeys(tx, client, options.key)
    if (count > 0) await recordAudit(tx, [{ actor: 'operator:cli', action: 'client.key-revoked', details: { client, keyId: options.key ?? 'all', count } }])
    return count
  })
  if (revoked === 0) throw new ConfigError([`keys revoke: ${client} has no such live key`])
  return { client, revoked }
}

const OPTIONS = {
  ...REDRIVE_OPTIONS,
  scopes: { type: 'string' },
  key: { type: 'string' },
  name: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  successor: { type: 'string' },
  format: { type: 'string' },
  since: { type: 'string' },
  force: { type: 'boolean' },
  'after-restore': { type: 'boolean' },
  ask: { type: 'string' },
  unit: { type: 'string' },
  verdict: { type: 'string' },
  list: { type: 'string' },
  replace: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  baseline: { type: 'boolean' },
  gzip: { type: 'boolean' },
  'import-id': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const

async function main (): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: OPTIONS
  })
  const [name, ...args] = matchCommand(positionals)
  const command = name === undefined ? undefined : COMMANDS[name]
  if (values.help === true || command === undefined) {
    process.stdout.write(USAGE)
    process.exitCode = values.help === true ? 0 : 2
    return
  }
  const config = readConfig(processEnvironment())
  const options = { ...values, dryRun: values['dry-run'], importId: values['import-id'] }
  const result = await withDatabase(config, async db => {
    if (name !== 'migrate' && name !== 'doctor') await requireSchema(db)
    return command({ db, config, args, options })
  })
  process.stdout.write(typeof result === 'string' ? result : `${JSON.stringify(result, null, values.json === true ? 0 : 2)}\n`)
}

/** `keys create portal` → `['keys create', 'portal']`. */
function matchCommand (positionals: readonly string[]): [string | undefined, ...string[]] {
  const [first = '', second = '', ...rest] = positionals
  if (`${first} ${second}` in COMMANDS) return [`${first} ${second}`, ...rest]
  return first in COMMANDS ? [first, ...positionals.slice(1)] : [undefined]
}

async function requireSchema (db: Database): Promise<void> {
  const { pending, unknown } = await schemaStatus(db)
  if (pending.length + unknown.length > 0) throw new ConfigError(['the database is of another version of the schema; run: npx lienthong doctor'])
}

async function withDatabase<T> (config: Config, work: (db: Database) => Promise<T>): Promise<T> {
  const { url, stop } = await databaseFor(config)
  const db = openDatabase({ url, maxConnections: 2, applicationName: 'lienthong-cli', onError: () => {} })
  try {
    return await work(db)
  } finally {
    await db.destroy()
    await stop()
  }
}

/** The private server is used as it runs under its gateway, or started for the command alone. */
async function databaseFor (config: Config): Promise<{ url: string, stop: () => Promise<void> }> {
  const nothing = async (): Promise<void> => {}
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, stop: nothing }
  const dataDir = resolve(config.dataDir)
  try {
    const server = await openEmbedded({ dataDir })
    return { url: server.url, stop: () => server.stop() }
  } catch (error) {
    if (!(error instanceof EmbeddedDatabaseError) || error.code !== 'in-use') throw error
    return { url: await embeddedUrl({ dataDir }), stop: nothing }
  }
}

main().catch((error: unknown) => {
  const { message, stack } = error as Error
  const usage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true
  process.stderr.write(isForPeople(error) || usage ? `${message}\n` : `${String(stack)}\n`)
  process.exitCode = 1
})
