/** `/v1/inbound`: what the partners sent, for the province to read. */
import type { FastifyInstance } from 'fastify'
import { toHanoi } from '../../model/dates.js'
import { secretsOf, shownBody } from '../../operations/receive/masked-body.js'
import { recordAudit } from '../../db/audit.js'
import { findInbound, listInbound, type InboundRow } from '../../operations/receive/inbound-reading.sql.js'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import type { Need } from '../needs.js'

interface ListQuery {
  adapter?: string
  operation?: string
  dossier?: string
  cursor?: string
  limit: number
}

const ID = { type: 'string', pattern: '^[1-9]\\d{0,17}$' }
const SHORT_TEXT = { type: 'string', pattern: '^[\\x21-\\x7e]{1,100}$' }

const LIST_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { adapter: SHORT_TEXT, operation: SHORT_TEXT, dossier: SHORT_TEXT, cursor: ID, limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 } }
}

export async function inboundRoutes (app: FastifyInstance, { services }: { services: Need<'db' | 'installed'> }): Promise<void> {
  app.get<{ Querystring: ListQuery }>('/inbound', {
    config: { scope: 'inbound:read' },
    schema: { summary: 'Thông điệp từ các hệ thống quốc gia / Messages of the national systems', querystring: LIST_QUERY }
  }, async ({ query: { cursor, limit, ...filter } }) => {
    const rows = await listInbound(services.db, { ...filter, before: cursor, limit })
    return { messages: rows.map(inboundView), nextCursor: rows.length === limit ? rows.at(-1)?.id : null }
  })

  app.get<{ Params: { id: string } }>('/inbound/:id', {
    config: { scope: 'inbound:read' },
    schema: { summary: 'Một thông điệp, nguyên văn / One message, as it came', params: { type: 'object', properties: { id: ID } } }
  }, async ({ params: { id }, client }) => {
    const row = await findInbound(services.db, id)
    if (row === undefined) throw notFound()
    const codes = [...new Set(row.items.map(item => item.dossierCode))]
    await recordAudit(services.db, [{ actor: `client:${client.id}`, action: 'inbound.viewed', adapter: row.adapter, ...(codes.length === 1 ? { dossierCode: codes[0] as string } : {}), details: { inbound: id } }])
    return { ...inboundView(row), ...shownBody(row.body, secretsFor(services, row.adapter)) }
  })
}

function inboundView (row: InboundRow): Record<string, unknown> {
  return {
    id: row.id,
    adapter: row.adapter,
    operation: row.operation,
    key: row.key,
    version: row.version,
    receivedAt: toHanoi(row.received_at),
    acknowledgedAt: row.acknowledged_at === null ? null : toHanoi(row.acknowledged_at),
    address: row.address,
    mediaType: row.media_type,
    bytes: row.bytes,
    itemCount: row.item_count,
    items: row.items
  }
}

/** An adapter that is no longer installed has no secrets that still open anything. */
function secretsFor ({ installed }: Need<'installed'>, id: string): string[] {
  const adapter = installed.get(id)
  return adapter === undefined ? [] : secretsOf(adapter.manifest, adapter.settings)
}

function notFound (): Problem {
  return simple(404, 'inbound-not-found', {
    title: ['Không có thông điệp này', 'No such message'],
    detail: ['Xem danh sách ở GET /v1/inbound.', 'They are listed at GET /v1/inbound.']
  })
}
