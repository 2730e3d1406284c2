/** Do the connections of all processes fit the server (design §2.4)? */
import type { ConnectionUse, ProcessEntry } from './processes.sql.js'
import type { Config } from '../config/gateway.js'

export interface ConnectionSum {
  ok: boolean
  detail: string
}

/** Names under which processes of the gateway connect; the queue's listeners carry the name of their queue. */
const OURS = /^lienthong-(all|api|worker|queue)$|\.lanes$/

/** `starting`: what one more process would open, where none runs. */
export function sumConnections (processes: readonly ProcessEntry[], use: ConnectionUse, starting: number): ConnectionSum {
  const ours = use.open.filter(({ name, here }) => here && OURS.test(name))
  const others = total(use.open) - total(ours)
  const planned = processes.length === 0 ? starting : processes.reduce((sum, { connections }) => sum + connections, 0)
  // A process of an older version is in no register, but its connections are open.
  const needed = Math.max(planned, total(ours)) + others
  const who = processes.length === 0
    ? `one process of role all opens up to ${starting}`
    : `${processes.length} processes open up to ${planned} (${processes.map(({ role, host, pid, connections }) => `${role} ${host}/${pid}: ${connections}`).join(', ')})`
  const open = use.open.map(({ name, here, count }) => `${name === '' ? '(no name)' : name}${here ? '' : ' elsewhere'} ${count}`).join(', ')
  const cure = needed <= use.limit ? '' : '; giảm DATABASE_CONNECTIONS hoặc tăng max_connections / lower DATABASE_CONNECTIONS or raise max_connections'
  return { ok: needed <= use.limit, detail: `${who}, others have ${others}: ${needed} of ${use.limit}; open now: ${open}${cure}` }
}

function total (rows: ReadonlyArray<{ count: number }>): number {
  return rows.reduce((sum, { count }) => sum + count, 0)
}

/** The most that one process opens: the application's pool and, on the PostgreSQL backend, the queue's (design §2.4). */
export function connectionsWanted (config: Pick<Config, 'databaseConnections' | 'redisUrl'>, workers: number): number {
  return config.databaseConnections + (config.redisUrl === undefined ? workers + 6 : 0)
}
