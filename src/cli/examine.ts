/** What `lienthong doctor` looks at: settings that fit, versions, and room for connections. */
import type { Config } from '../config/gateway.js'
import { schemaStatus } from '../db/migrate.js'
import type { Database } from '../db/open.js'
import { connectionUse, liveProcesses } from '../health/processes.sql.js'
import { serverFacts } from '../db/server.js'
import { examineFiles } from '../files/examine.js'
import { openLinks, openStorage } from '../files/open.js'
import { connectionsWanted, sumConnections } from '../health/connections.js'

export interface ReportLine {
  check: string
  ok: boolean
  detail: string
}

export interface ExamineOptions {
  adapters: readonly string[]
  config: Config
}

const OLDEST_SERVER = 150_000

export async function examine (db: Database, { adapters, config }: ExamineOptions): Promise<ReportLine[]> {
  const { pending, unknown } = await schemaStatus(db)
  const server = await serverFacts(db)
  const current = pending.length + unknown.length === 0
  const connections = sumConnections(current ? await liveProcesses(db) : [], await connectionUse(db), connectionsWanted(config, adapters.length))
  return [
    { check: 'adapters', ok: adapters.length > 0, detail: adapters.length > 0 ? adapters.join(', ') : 'ADAPTERS is empty: nothing would be accepted' },
    { check: 'database-version', ok: server.version >= OLDEST_SERVER, detail: `server_version_num ${server.version}; 15 or newer is needed` },
    { check: 'schema', ok: current, detail: schemaDetail(pending, unknown) },
    { check: 'connections', ...connections },
    ...(current ? [{ check: 'files', ...await examineFiles(db, { storage: openStorage(config), links: openLinks(config) }) }] : [])
  ]
}

function schemaDetail (pending: readonly string[], unknown: readonly string[]): string {
  if (unknown.length > 0) return `written by a newer version (${unknown.join(', ')}): start that version`
  return pending.length > 0 ? `pending: ${pending.join(', ')}; run: npx lienthong migrate` : 'up to date'
}
