/** `/v1/deliveries/{id}`: the evidence of every attempt, and the decision about a held one. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { toHanoi } from '../../model/dates.js'
import { present } from '../../model/present.js'
import { recordAudit } from '../../db/audit.js'
import { attemptsOf, type AttemptEvidence, type CallEvidence } from '../../operations/deliver/evidence.sql.js'
import { heldToAsk, type Resolution } from '../../operations/deliver/held.sql.js'
import { findDelivery, type DeliveryRow } from '../../operations/deliver/reading.sql.js'
import { askWhetherArrived, resolveDelivery, type HeldQuestion } from '../../operations/deliver/held.js'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import type { Need } from '../needs.js'
import { deliveryView } from './views.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'

const PARAMS = { type: 'object', properties: { id: { type: 'string', pattern: '^[1-9]\\d{0,17}$' } } }
const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { cursor: { type: 'integer', minimum: 1 }, limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 } }
}
/** The answer to a lookup is needed by somebody who waits for it. */
const ASK_TIMEOUT_MS = 30_000

type Params = { id: string }
type ResolveRequest = FastifyRequest<{ Params: Params, Body: { outcome?: unknown } | null }>

export async function deliveryEvidenceRoutes (app: FastifyInstance, { services }: { services: Need<'adapters' | 'books' | 'db' | 'relay'> }): Promise<void> {
  app.get<{ Params: Params, Querystring: { cursor?: number, limit: number } }>('/deliveries/:id', {
    config: { scope: 'deliveries:read' },
    schema: { summary: 'Bằng chứng của từng lần thử / The evidence of every attempt', params: PARAMS, querystring: QUERY }
  }, async request => {
    const delivery = await found(services, request.params.id)
    const { cursor, limit } = request.query
    const attempts = await attemptsOf(services.db, { deliveryId: delivery.id, before: cursor, limit })
    await recordAudit(services.db, [{ actor: `client:${request.client.id}`, action: 'delivery.viewed', ...present({ dossierCode: delivery.dossier_code ?? undefined }), deliveryId: delivery.id, adapter: delivery.adapter }])
    return {
      ...deliveryView(delivery, services.adapters),
      tries: attempts.map(attemptView),
      nextCursor: attempts.length === limit ? attempts.at(-1)?.number : null
    }
  })

  app.post('/deliveries/:id/resolve', {
    config: { scope: 'deliveries:manage' },
    schema: { summary: 'Quyết định về lần gửi đang giữ / Say what became of a held delivery', params: PARAMS }
  }, async (request: ResolveRequest) => {
    const outcome = readOutcome(request.body)
    const delivery = await found(services, request.params.id)
    const adapter = services.adapters.get(delivery.adapter)
    if (adapter === undefined) throw notHeld()
    const resolution = outcome === 'ask' ? await asked(services, { adapter, id: delivery.id, log: (event, details) => { request.log.warn({ event, ...details }) } }) : outcome
    const by = outcome === 'ask' ? 'partner' : 'operator'
    const resolved = await resolveDelivery(services.db, { id: delivery.id, adapter, resolution, actor: `client:${request.client.id}`, by })
    if (resolved === undefined) throw notHeld()
    services.relay.ring(resolved.lanes)
    return { id: delivery.id, state: 'queued', resolution, by }
  })
}

async function found (services: Need<'adapters' | 'books' | 'db' | 'relay'>, id: string): Promise<DeliveryRow> {
  const delivery = await findDelivery(services.db, id)
  if (delivery === undefined) throw noSuchDelivery()
  return delivery
}

async function asked ({ db, books }: Need<'db' | 'books'>, { adapter, id, log }: { adapter: ActiveAdapter, id: string, log: HeldQuestion['log'] }): Promise<Resolution> {
  if (adapter.client.arrived === undefined) throw cannotBeAsked()
  const [held] = await heldToAsk(db, adapter.manifest.id, { id, limit: 1 })
  if (held === undefined) throw notHeld()
  const arrived = await askWhetherArrived({ db, books, adapter, signal: AbortSignal.timeout(ASK_TIMEOUT_MS), log }, held)
  if (arrived === undefined) throw notAnswered()
  return arrived ? 'arrived' : 'not-arrived'
}

function readOutcome (body: { outcome?: unknown } | null): Resolution | 'ask' {
  const outcome = body?.outcome
  if (outcome === 'arrived' || outcome === 'not-arrived' || outcome === 'ask') return outcome
  throw simple(422, 'outcome-invalid', {
    title: ['Thiếu quyết định', 'The outcome is missing'],
    detail: ['"outcome" là "arrived" (bên nhận đã có), "not-arrived" (chưa có, gửi lại) hoặc "ask" (hỏi bên nhận, nếu hỏi được). Chưa có gì thay đổi.',
      '"outcome" is "arrived" (the partner has it), "not-arrived" (it has not; send again) or "ask" (ask the partner, where that is possible). Nothing was changed.']
  })
}

function attemptView ({ number, owner, started_at: startedAt, ended_at: endedAt, result, failure_code: code, calls }: AttemptEvidence): Record<string, unknown> {
  return { number, process: owner, startedAt: toHanoi(startedAt), endedAt: shown(endedAt), elapsedMs: between(startedAt, endedAt), result, code, calls: calls.map(callView) }
}

function callView ({ step_ids: steps, sent_at: sentAt, ended_at: endedAt, ...call }: CallEvidence): Record<string, unknown> {
  return { ...call, steps, sentAt: toHanoi(sentAt), endedAt: shown(endedAt), elapsedMs: between(sentAt, endedAt) }
}

function shown (time: string | Date | null): string | null {
  return time === null ? null : toHanoi(time)
}

function between (from: string | Date, to: string | Date | null): number | null {
  return to === null ? null : new Date(to).getTime() - new Date(from).getTime()
}

function noSuchDelivery (): Problem {
  return simple(404, 'delivery-not-found', {
    title: ['Không có lần gửi này', 'No such delivery'],
    detail: ['Xem danh sách ở GET /v1/deliveries.', 'See the list at GET /v1/deliveries.']
  })
}

function notHeld (): Problem {
  return simple(409, 'delivery-not-held', {
    title: ['Lần gửi không ở trạng thái giữ', 'The delivery is not held'],
    detail: ['Chỉ lần gửi đang giữ (held) mới cần quyết định. Xem trạng thái ở GET /v1/deliveries/{id}.', 'Only a held delivery needs a decision. See its state at GET /v1/deliveries/{id}.']
  })
}

function cannotBeAsked (): Problem {
  return simple(409, 'partner-cannot-be-asked', {
    title: ['Không hỏi được bên nhận', 'The partner cannot be asked'],
    detail: ['Bên nhận không có dịch vụ tra cứu việc này: tra cứu tại hệ thống của họ rồi gửi lại yêu cầu với "arrived" hoặc "not-arrived".',
      'The partner offers no lookup for this: look there yourself, then ask again with "arrived" or "not-arrived".']
  })
}

function notAnswered (): Problem {
  return simple(503, 'partner-unanswered', {
    title: ['Bên nhận không trả lời', 'The partner did not answer'],
    detail: ['Chưa có gì thay đổi; thử lại sau.', 'Nothing was changed; try again later.']
  })
}
