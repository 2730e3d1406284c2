/** The province's code tables: imported before the first push, completed later, and what that unblocks sent again. */
import type { Delivery } from './deliveries.js'
import type { Api } from './http.js'
import { tableFiles } from './tables.js'

export interface Blocked {
  code: string
  /** `table code` of each row that is missing. */
  rows: string[]
}

export interface Unblocking {
  /** Accepted dossiers whose delivery failed for rows of code tables. */
  blocked: Blocked[]
  /** Rows that were added for them. */
  added: number
  /** Deliveries that were sent again. */
  redriven: number
}

const TABLES = '/v1/codes/national-portal'
const FAILED_BY_TABLES = '/v1/deliveries?adapter=national-portal&state=failed&failure=code-unmapped&limit=500'

/** Returns how many rows were new. */
export async function importTables (gateway: Api, when: 'start' | 'later'): Promise<number> {
  let added = 0
  for (const { table, csv } of tableFiles(when)) {
    const { status, body } = await gateway.putCsv<{ added: number }>(`${TABLES}/${table}`, csv)
    if (status !== 200) throw new Error(`code table ${table}: ${status} ${JSON.stringify(body)}`)
    added += body.added
  }
  return added
}

/** Reads what is blocked, adds the rows, and has the gateway redrive whatever lacks none any more. */
export async function unblock (gateway: Api): Promise<Unblocking> {
  const blocked = await readBlocked(gateway)
  const added = await importTables(gateway, 'later')
  const { status, body } = await gateway.post<{ deliveries?: unknown[] }>('/v1/deliveries/redrive', { adapter: 'national-portal', unblocked: true })
  if (status !== 200) throw new Error(`redrive: ${status} ${JSON.stringify(body)}`)
  return { blocked, added, redriven: body.deliveries?.length ?? 0 }
}

async function readBlocked (gateway: Api): Promise<Blocked[]> {
  const { deliveries } = await gateway.get<{ deliveries: Array<Delivery & { lastFailure: { missing?: Array<{ table: string, code: string }> } | null }> }>(FAILED_BY_TABLES)
  return deliveries.map(({ dossierCode, lastFailure }) => ({
    code: dossierCode,
    rows: [...new Set((lastFailure?.missing ?? []).map(({ table, code }) => `${table} ${code}`))].sort()
  })).sort((a, b) => a.code < b.code ? -1 : 1)
}
