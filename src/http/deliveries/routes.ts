/** `/v1/deliveries`: what is on its way or stuck, and what an operator does about it. */
import type { FastifyInstance } from 'fastify'
import { CAUSE_STATES, listCauses } from '../../operations/deliver/causes.sql.js'
import { listDeliveries } from '../../operations/deliver/reading.sql.js'
import { cancelDelivery } from '../../redrive/redrive.js'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import type { Need } from '../needs.js'
import { causeView, deliveryView } from './views.js'

interface ListQuery {
  state?: string
  adapter?: string
  failure?: string
  fingerprint?: string
  dossier?: string
  endpoint?: string
  cursor?: string
  limit: number
}

const STATES = ['queued', 'sending', 'retrying', 'delivered', 'refused', 'failed', 'held', 'superseded', 'cancelled']
const ID = { type: 'string', pattern: '^[1-9]\\d{0,17}$' }
/** Ids and codes: nothing that a store could choke on. */
const SHORT_TEXT = { type: 'string', pattern: '^[\\x21-\\x7e]{1,100}$' }

const LIST_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    state: { enum: STATES },
    adapter: SHORT_TEXT,
    failure: SHORT_TEXT,
    fingerprint: SHORT_TEXT,
    dossier: SHORT_TEXT,
    endpoint: SHORT_TEXT,
    cursor: ID,
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 }
  }
}

interface CauseQuery { adapter?: string, state?: string, limit: number }

const CAUSE_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    adapter: SHORT_TEXT,
    state: { enum: CAUSE_STATES },
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 100 }
  }
}

export async function deliveryRoutes (app: FastifyInstance, { services }: { services: Need<'adapters' | 'db' | 'relay'> }): Promise<void> {
  app.get<{ Querystring: ListQuery }>('/deliveries', {
    config: { scope: 'deliveries:read' },
    schema: { summary: 'Danh sách lần gửi / List deliveries', querystring: LIST_QUERY }
  }, async request => {
    const { cursor, dossier, limit, ...filter } = request.query
    const rows = await listDeliveries(services.db, { ...filter, dossierCode: dossier, before: cursor, limit })
    return { deliveries: rows.map(row => deliveryView(row, services.adapters)), nextCursor: rows.length === limit ? rows.at(-1)?.id : null }
  })

  app.get<{ Querystring: CauseQuery }>('/deliveries/causes', {
    config: { scope: 'deliveries:read' },
    schema: { summary: 'Các nguyên nhân, mỗi nguyên nhân một dòng / Causes, one line each', querystring: CAUSE_QUERY }
  }, async request => ({ causes: (await listCauses(services.db, request.query)).map(causeView) }))

  app.post<{ Params: { id: string }, Body: unknown }>('/deliveries/:id/cancel', {
    config: { scope: 'deliveries:manage' },
    schema: { summary: 'Hủy một lần gửi / Cancel a delivery', params: { type: 'object', properties: { id: ID } } }
  }, async request => {
    const confirmSteps = (request.body as { confirmSteps?: unknown } | null)?.confirmSteps === true
    const cancelled = await cancelDelivery(services.db, request.params.id, { actor: `client:${request.client.id}`, confirmSteps })
    if (cancelled === undefined) throw notCancellable()
    services.relay.ring(cancelled.lanes)
    return { id: cancelled.id, state: 'cancelled' }
  })
}

function notCancellable (): Problem {
  return simple(409, 'delivery-not-cancellable', {
    title: ['Không hủy được', 'It cannot be cancelled'],
    detail: ['Lần gửi không tồn tại, đang gửi hoặc đã xong. Xem lại trạng thái ở GET /v1/deliveries.', 'The delivery does not exist, is being sent, or has ended. Look at its state at GET /v1/deliveries.']
  })
}
