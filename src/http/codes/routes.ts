/** `/v1/codes`: the code tables that a province keeps, as JSON and as CSV. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CodeTable } from '../../model/dossier-types.js'
import { writeCsv } from '../../codes/csv.js'
import { countUnblocked } from '../../redrive/filter.sql.js'
import { importTable } from '../../codes/editing.js'
import { codeCounts, listCodes } from '../../codes/codes.sql.js'
import { atLine, readCsv } from '../../base/csv.js'
import { canonicalSchema } from '../../dossier/schemas.js'
import { createCheck, type Checked } from '../../dossier/validate.js'
import { Problem, type ProblemItem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import type { Need } from '../needs.js'
import { csvOf, parseCsvBodies } from '../requests/csv-body.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'
import type { ImportMode } from '../../codes/change.js'

interface TableParams { adapter: string, table: string }
type Format = 'json' | 'csv'

const NAME = { type: 'string', pattern: '^[A-Za-z][0-9A-Za-z-]{0,62}$' }
const TABLE_PARAMS = { type: 'object', properties: { adapter: NAME, table: NAME } }
const EXPORT_QUERY = { type: 'object', additionalProperties: false, properties: { format: { enum: ['json', 'csv'], default: 'json' } } }
const IMPORT_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { mode: { enum: ['merge', 'replace'], default: 'merge' }, dryRun: { type: 'boolean', default: false } }
}
/** A whole table of 50,000 rows with long names. */
const BODY_LIMIT = 16 * 1024 * 1024

export async function codeRoutes (app: FastifyInstance, { services }: { services: Need<'adapters' | 'db'> }): Promise<void> {
  const check = createCheck<CodeTable>('code-table')
  parseCsvBodies(app, BODY_LIMIT)

  app.get('/codes', {
    config: { scope: 'codes:read' },
    schema: { summary: 'Các bảng mã / Code tables' }
  }, async () => ({ adapters: await tablesOf(services) }))

  app.get<{ Params: TableParams, Querystring: { format: Format } }>('/codes/:adapter/:table', {
    config: { scope: 'codes:read' },
    schema: { summary: 'Xuất bảng mã / Export a code table', params: TABLE_PARAMS, querystring: EXPORT_QUERY }
  }, async (request, reply) => {
    const { manifest: { id } } = owner(services, request.params)
    const rows = await listCodes(services.db, { adapter: id, table: request.params.table })
    const shown = rows.map(({ local, partner, name, validFrom, validTo, successor }) => ({ local, partner, name, validFrom, validTo, successor }))
    return request.query.format === 'csv' ? sendCsv(reply, writeCsv(shown)) : { adapter: id, table: request.params.table, rows: shown.map(withoutNulls) }
  })

  app.put<{ Params: TableParams, Querystring: { mode: ImportMode, dryRun: boolean }, Body: unknown }>('/codes/:adapter/:table', {
    config: { scope: 'codes:manage' },
    bodyLimit: BODY_LIMIT,
    schema: { summary: 'Nhập bảng mã / Import a code table', params: TABLE_PARAMS, querystring: IMPORT_QUERY, body: canonicalSchema('code-table') }
  }, async request => {
    const { table } = request.params
    const outcome = await importTable(services.db, {
      owner: owner(services, request.params), table, rows: readRows(check, request), ...request.query, actor: `client:${request.client.id}`, countUnblocked
    })
    if ('errors' in outcome) throw invalidTable(outcome.errors)
    return outcome.result
  })
}

async function tablesOf ({ db, adapters }: Need<'db' | 'adapters'>): Promise<unknown[]> {
  const counts = await codeCounts(db)
  return [...adapters.values()].map(({ manifest, codes }) => ({
    adapter: manifest.id,
    tables: Object.entries(manifest.codeTables ?? {}).map(([table, { title, openUntilUsed = false, partnerForm = null }]) => ({
      table,
      title: title.vi,
      titleEn: title.en,
      rows: counts.find(row => row.adapter === manifest.id && row.table === table)?.count ?? 0,
      seeds: codes[table] ?? {},
      openUntilUsed,
      partnerForm
    }))
  }))
}

function owner ({ adapters }: Need<'adapters'>, { adapter, table }: TableParams): ActiveAdapter {
  const active = adapters.get(adapter)
  if (active !== undefined && Object.hasOwn(active.manifest.codeTables ?? {}, table)) return active
  throw simple(404, 'code-table-not-found', {
    title: ['Không có bảng mã này', 'No such code table'],
    detail: ['Các bảng mã của từng bộ kết nối: GET /v1/codes. Không có gì thay đổi.', 'The code tables of each adapter: GET /v1/codes. Nothing was changed.']
  })
}

/** CSV and JSON are judged by one schema. */
function readRows (check: (document: unknown) => Checked<CodeTable>, request: FastifyRequest): CodeTable['rows'] {
  const text = csvOf(request)
  const csv = text === undefined ? undefined : readCsv(text)
  if (csv !== undefined && csv.errors.length > 0) throw invalidTable(csv.errors)
  const checked = check(csv === undefined ? request.body : { rows: csv.rows })
  if (checked.errors === undefined) return checked.value.rows
  throw invalidTable(csv === undefined ? checked.errors : checked.errors.map(error => atLine(error, csv.lines)))
}

function withoutNulls (row: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).filter((entry): entry is [string, string] => entry[1] !== null))
}

function sendCsv (reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/csv; charset=utf-8').serializer((body: string) => body).send(text)
}

/** The first hundred say enough. */
function invalidTable (errors: readonly ProblemItem[]): Problem {
  return new Problem({
    status: 422,
    code: 'invalid-code-table',
    title: 'Bảng mã không hợp lệ',
    titleEn: 'The code table is not valid',
    detail: `${errors.length} lỗi được liệt kê; không có gì thay đổi.`,
    detailEn: `${errors.length} errors are listed; nothing was changed.`,
    errors: errors.slice(0, 100)
  })
}
