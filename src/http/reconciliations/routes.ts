/** `/v1/reconciliations`: what the province, the gateway and a partner have, compared dossier by dossier, and mended. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { toShortAgency } from '../../model/codes.js'
import { toHanoi } from '../../model/dates.js'
import { countByDay, listItems, listReconciliations, type ItemRow, type ReconciliationRow } from '../../reconciliation/reconciliations.sql.js'
import { dossierAdapters } from '../../adapters/dossier-adapters.js'
import { canonicalSchema } from '../../dossier/schemas.js'
import { invalidDocument } from '../../dossier/problems.js'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import { cancelReconciliation, countRepairs, repair, REPAIRABLE, startReconciliation } from '../../reconciliation/commands.js'
import { itemsCsv } from '../../reconciliation/csv.js'
import { checkCsvList, createRequestCheck, LIST_BYTES, LIST_COLUMNS, type RequestCheck } from '../../reconciliation/request.js'
import type { ReconciliationRequest } from '../../model/dossier-types.js'
import type { Need } from '../needs.js'
import { noSuchAdapter } from '../adapters/routes.js'
import { csvOf, parseCsvBodies } from '../requests/csv-body.js'

interface Params { id: string }
interface ItemQuery { verdict?: string, cursor?: string, limit: number, format: 'json' | 'csv' }

const ID_PARAMS = { type: 'object', properties: { id: { type: 'string', pattern: '^[1-9]\\d{0,17}$' } } }
const VERDICTS = ['matches', 'missing-there', 'stale-there', 'not-comparable', 'stale-here', 'unknown-here', 'on-its-way', 'stuck', 'unanswered']
const ITEM_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    verdict: { enum: VERDICTS },
    cursor: { type: 'string', pattern: '^[\\x21-\\x7e]{1,100}$' },
    limit: { type: 'integer', minimum: 1, maximum: 10_000, default: 1000 },
    format: { enum: ['json', 'csv'], default: 'json' }
  }
}
/** What stands beside a list in CSV; the request's own schema judges it. */
const START_QUERY = {
  type: 'object',
  properties: Object.fromEntries(['adapter', 'unit', 'receivedFrom', 'receivedTo'].map(name => [name, { type: 'string' }]))
}
const START_BODY = {
  content: {
    'application/json': { schema: canonicalSchema('reconciliation-request') },
    'text/csv': { schema: { type: 'string', description: `Danh sách của tỉnh, cột / the province's list, columns: ${LIST_COLUMNS.join(', ')}` } }
  }
}

export async function reconciliationRoutes (app: FastifyInstance, { services }: { services: Need<'adapters' | 'db' | 'relay'> }): Promise<void> {
  const { db } = services
  const check = createRequestCheck()
  parseCsvBodies(app, LIST_BYTES)

  app.post('/reconciliations', {
    config: { scope: 'deliveries:manage' },
    bodyLimit: LIST_BYTES,
    schema: { summary: 'Đối soát với bên nhận / Compare with a partner', querystring: START_QUERY, body: START_BODY }
  }, async (request, reply) => {
    const { adapter, unit, dossiers, ...days } = asked(check, request)
    const comparable = dossierAdapters(services.adapters)
    if (!comparable.has(adapter)) throw noSuchAdapter([...comparable.keys()])
    const scope = { adapter, ...days, ...(unit === undefined ? {} : { unit: toShortAgency(unit) ?? unit }) }
    const id = await startReconciliation(db, scope, { actor: `client:${request.client.id}`, list: dossiers })
    return reply.code(202).send(await shown(services, id))
  })

  app.get('/reconciliations', {
    config: { scope: 'deliveries:read' }, schema: { summary: 'Các lần đối soát / Reconciliations' }
  }, async () => ({ reconciliations: (await listReconciliations(db, { limit: 50 })).map(view) }))

  app.get<{ Params: Params }>('/reconciliations/:id', {
    config: { scope: 'deliveries:read' }, schema: { summary: 'Một lần đối soát, theo ngày và đơn vị / One, by day and unit', params: ID_PARAMS }
  }, async request => ({ ...await shown(services, request.params.id), days: await countByDay(db, request.params.id) }))

  app.get<{ Params: Params, Querystring: ItemQuery }>('/reconciliations/:id/items', {
    config: { scope: 'deliveries:read' },
    schema: { summary: 'Từng hồ sơ / Its dossiers', params: ID_PARAMS, querystring: ITEM_QUERY }
  }, async (request, reply) => {
    const { cursor, format, ...query } = request.query
    const { id } = await found(services, request.params.id)
    const items = await listItems(db, { id, after: cursor, ...query })
    return format === 'csv' ? sendCsv(reply, items) : { items: items.map(itemView), nextCursor: items.length === query.limit ? items.at(-1)?.code : null }
  })

  app.post<{ Params: Params }>('/reconciliations/:id/cancel', {
    config: { scope: 'deliveries:manage' }, schema: { summary: 'Dừng đối soát / Stop one', params: ID_PARAMS }
  }, async request => {
    const { id } = await found(services, request.params.id)
    return { id, changed: await cancelReconciliation(db, id, `client:${request.client.id}`) }
  })

  app.post<{ Params: Params, Body: unknown }>('/reconciliations/:id/repair', {
    config: { scope: 'deliveries:manage' },
    schema: { summary: 'Gửi những gì bên nhận thiếu hoặc cũ / Send what is missing or stale there', params: ID_PARAMS }
  }, async request => {
    const { id, adapter } = await found(services, request.params.id)
    const { verdicts, dryRun } = repairBody(request.body)
    if (dryRun) return { id, dryRun, matching: await countRepairs(db, { id, adapter, verdicts }) }
    const { resent, lanes, left } = await repair(db, { id, adapter, verdicts, actor: `client:${request.client.id}` })
    services.relay.ring(lanes)
    return { id, dryRun, left, deliveries: resent.map(one => ({ id: one.delivery_id, dossierCode: one.dossier_code, revision: one.revision, verdict: one.verdict })) }
  })
}

/** With a list in CSV the rest stands in the query; beside JSON it would be read by nobody. */
function asked (check: RequestCheck, request: FastifyRequest): ReconciliationRequest {
  const csv = csvOf(request)
  const scope = request.query as object
  if (csv === undefined && Object.keys(scope).length > 0) throw queryBesideJson()
  const checked = csv === undefined ? check(request.body) : checkCsvList(check, csv, scope)
  if (checked.errors !== undefined) throw invalidDocument(checked.errors)
  return checked.value
}

async function found ({ db }: Need<'db'>, id: string): Promise<ReconciliationRow> {
  const [row] = await listReconciliations(db, { id, limit: 1 })
  if (row === undefined) throw noSuchReconciliation()
  return row
}

async function shown (services: Need<'adapters' | 'db' | 'relay'>, id: string): Promise<Record<string, unknown>> {
  return view(await found(services, id))
}

function view (row: ReconciliationRow): Record<string, unknown> {
  return {
    id: row.id,
    adapter: row.adapter,
    unit: row.unit,
    receivedFrom: row.received_from,
    receivedTo: row.received_to,
    withList: row.has_list,
    state: row.state,
    requestedBy: row.requested_by,
    createdAt: toHanoi(row.created_at),
    endedAt: row.ended_at === null ? null : toHanoi(row.ended_at),
    counts: row.counts
  }
}

function itemView ({ checkedAt, ...item }: ItemRow): Record<string, unknown> {
  return { ...item, checkedAt: checkedAt === null ? null : toHanoi(checkedAt) }
}

function sendCsv (reply: FastifyReply, items: readonly ItemRow[]): FastifyReply {
  return reply.type('text/csv; charset=utf-8').serializer((body: string) => body).send(itemsCsv(items))
}

/** A misspelt member must not send everything anew: unknown ones are refused. */
function repairBody (body: unknown): { verdicts: string[], dryRun: boolean } {
  const { verdicts = REPAIRABLE, dryRun = false, ...unknown } = (body ?? {}) as Record<string, unknown>
  const valid = Object.keys(unknown).length === 0 && typeof dryRun === 'boolean' &&
    Array.isArray(verdicts) && verdicts.length > 0 && verdicts.every(verdict => (REPAIRABLE as readonly unknown[]).includes(verdict))
  if (!valid) throw badRepair()
  return { verdicts: verdicts as string[], dryRun }
}

function queryBesideJson (): Problem {
  return simple(400, 'invalid-parameter', {
    title: ['Tham số không hợp lệ', 'A parameter is not valid'],
    detail: ['Gửi JSON thì mọi thứ nằm trong nội dung; tham số trên đường dẫn chỉ dùng với text/csv. Không có gì được bắt đầu.', 'With JSON everything stands in the body; the query is for text/csv. Nothing was started.']
  })
}

function badRepair (): Problem {
  return simple(422, 'repair-invalid', {
    title: ['Yêu cầu không hợp lệ', 'The request is not valid'],
    detail: [`verdicts là danh sách trong ${REPAIRABLE.join(', ')}; dryRun là true hoặc false. Không có gì được gửi.`, `verdicts is a list of ${REPAIRABLE.join(', ')}; dryRun is true or false. Nothing was sent.`]
  })
}

function noSuchReconciliation (): Problem {
  return simple(404, 'reconciliation-not-found', { title: ['Không có lần đối soát này', 'No such reconciliation'], detail: ['Xem danh sách ở GET /v1/reconciliations.', 'See GET /v1/reconciliations.'] })
}
