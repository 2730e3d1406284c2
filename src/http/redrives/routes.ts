/** `/v1/deliveries/redrive` and `/v1/redrives`: sending again, a few at once, or many as a job that is watched and steered. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { toHanoi } from '../../model/dates.js'
import { countRedrivable, REDRIVABLE, type RedriveFilter } from '../../redrive/filter.sql.js'
import { listRedriveItems, listRedrives, type RedriveChange, type RedriveItemRow, type RedriveRow } from '../../redrive/jobs.sql.js'
import { redriveDeliveries, REDRIVE_LIMIT } from '../../redrive/redrive.js'
import { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import { NotConfirmed, planRedrive, startRedrive, steerRedrive } from '../../redrive/commands.js'
import { confirmationNeeded } from '../../redrive/confirmation.js'
import { FILTER_NAMES, readFilter } from '../../redrive/request.js'
import type { Need } from '../needs.js'

interface Params { id: string }
interface ItemQuery { result?: string, cursor?: string, limit: number }

const ID = { type: 'string', pattern: '^[1-9]\\d{0,17}$' }
const ID_PARAMS = { type: 'object', properties: { id: ID } }
const ITEM_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    result: { enum: ['open', 'redriven', 'superseded', 'skipped'] },
    cursor: ID,
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 }
  }
}
const LISTED = 50
const STEERED: ReadonlyArray<{ change: RedriveChange, summary: string }> = [
  { change: 'pause', summary: 'Tạm dừng một đợt gửi lại / Pause a redrive' },
  { change: 'resume', summary: 'Chạy tiếp một đợt gửi lại / Resume a redrive' },
  { change: 'cancel', summary: 'Dừng hẳn một đợt gửi lại / Cancel a redrive' }
]

export interface RedriveRouteOptions {
  services: Need<'db' | 'relay'>
  /** REDRIVE_CONFIRM_ABOVE. */
  confirmAbove: number
}

export async function redriveRoutes (app: FastifyInstance, options: RedriveRouteOptions): Promise<void> {
  const { services: { db } } = options

  app.post<{ Body: unknown }>('/deliveries/redrive', {
    config: { scope: 'deliveries:manage' },
    schema: { summary: 'Cho gửi lại / Redrive deliveries' }
  }, async (request, reply) => {
    const asked = redriveBody(request.body)
    if (asked.dryRun) return planned(options, asked.filter)
    return redriveNowOrLater(options, { ...asked, actor: `client:${request.client.id}` }, reply)
  })

  app.get('/redrives', {
    config: { scope: 'deliveries:read' }, schema: { summary: 'Các đợt gửi lại / Redrive jobs' }
  }, async () => ({ redrives: (await listRedrives(db, { limit: LISTED })).map(redriveView) }))

  app.get<{ Params: Params }>('/redrives/:id', {
    config: { scope: 'deliveries:read' }, schema: { summary: 'Tiến độ một đợt gửi lại / Progress of a redrive', params: ID_PARAMS }
  }, async request => redriveView(await found(options, request.params.id)))

  app.get<{ Params: Params, Querystring: ItemQuery }>('/redrives/:id/items', {
    config: { scope: 'deliveries:read' },
    schema: { summary: 'Kết quả từng lần gửi / What came of each', params: ID_PARAMS, querystring: ITEM_QUERY }
  }, async request => {
    const { id } = await found(options, request.params.id)
    const { cursor, limit, ...query } = request.query
    const items = await listRedriveItems(db, { ...query, id, after: cursor, limit })
    return { items: items.map(itemView), nextCursor: items.length === limit ? items.at(-1)?.delivery_id : null }
  })

  for (const { change, summary } of STEERED) {
    app.post<{ Params: Params }>(`/redrives/:id/${change}`, {
      config: { scope: 'deliveries:manage' }, schema: { summary, params: ID_PARAMS }
    }, async request => {
      const { id } = await found(options, request.params.id)
      const changed = await steerRedrive(db, id, { change, actor: `client:${request.client.id}` })
      return { ...redriveView(await found(options, id)), changed }
    })
  }
}

interface Asked {
  filter: RedriveFilter
  dryRun: boolean
  rate: number | undefined
  confirmCount: number | undefined
}

async function planned ({ services, confirmAbove }: RedriveRouteOptions, filter: RedriveFilter): Promise<Record<string, unknown>> {
  const plan = await planRedrive(services.db, filter)
  return { dryRun: true, ...plan, confirmationNeeded: confirmationNeeded(plan.matching, { above: confirmAbove }) }
}

/** A few are redriven before the answer; many, or those that are to go slowly, by a job. */
async function redriveNowOrLater ({ services, confirmAbove: above }: RedriveRouteOptions, asked: Asked & { actor: string }, reply: FastifyReply): Promise<unknown> {
  const { filter, rate, actor, confirmCount: count } = asked
  const matching = await countRedrivable(services.db, filter)
  if (confirmationNeeded(matching, { above, count })) throw notConfirmed(matching)
  if (rate === undefined && matching <= REDRIVE_LIMIT) {
    const { redriven, lanes } = await redriveDeliveries(services.db, filter, actor)
    services.relay.ring(lanes)
    const deliveries = redriven.map(({ id, adapter, dossier_code: dossierCode, revision, state }) => ({ id, adapter, dossierCode, revision, state }))
    return { dryRun: false, matching, limit: REDRIVE_LIMIT, deliveries }
  }
  const job = await startRedrive(services.db, { filter, rate, actor }, { above, count }).catch((error: unknown) => {
    throw error instanceof NotConfirmed ? notConfirmed(error.matching) : error
  })
  const address = `/v1/redrives/${job.id}`
  return reply.code(202).header('location', address).send({ dryRun: false, matching: job.total, limit: REDRIVE_LIMIT, deliveries: [], job: address, redrive: redriveView(job) })
}

/** A misspelt filter must not redrive everything: unknown members are refused. */
function redriveBody (body: unknown): Asked {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badFilter()
  const { dryRun = false, rate, confirmCount, ...rest } = body as Record<string, unknown>
  const filter = readFilter(rest)
  if (filter === undefined || typeof dryRun !== 'boolean' || !isCount(rate, 1, MAX_RATE) || !isCount(confirmCount, 0, Number.MAX_SAFE_INTEGER)) throw badFilter()
  return { filter, dryRun, rate, confirmCount }
}

const MAX_RATE = 10_000

function isCount (value: unknown, least: number, most: number): value is number | undefined {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most)
}

async function found ({ services }: RedriveRouteOptions, id: string): Promise<RedriveRow> {
  const [row] = await listRedrives(services.db, { id, limit: 1 })
  if (row === undefined) throw noSuchRedrive()
  return row
}

function redriveView (row: RedriveRow): Record<string, unknown> {
  const { id, filter, state, rate, total, redriven, superseded, skipped } = row
  const done = redriven + superseded + skipped
  return {
    id,
    state,
    filter,
    rate,
    total,
    done,
    redriven,
    superseded,
    skipped,
    remaining: total - done,
    requestedBy: row.requested_by,
    createdAt: toHanoi(row.created_at),
    endedAt: row.ended_at === null ? null : toHanoi(row.ended_at)
  }
}

function itemView (row: RedriveItemRow): Record<string, unknown> {
  return {
    deliveryId: row.delivery_id,
    dossierCode: row.dossier_code,
    adapter: row.adapter,
    revision: row.revision,
    result: row.result,
    reason: row.reason,
    state: row.state,
    failureCode: row.failure_code,
    doneAt: row.done_at === null ? null : toHanoi(row.done_at)
  }
}

function badFilter (): Problem {
  return simple(422, 'redrive-filter-invalid', {
    title: ['Bộ lọc không hợp lệ', 'The filter is not valid'],
    detail: [`Nêu ít nhất một trong ${FILTER_NAMES.join(', ')} (state: ${REDRIVABLE.join(', ')}; thời điểm như 2026-11-04T08:00:00+07:00); thêm dryRun: true để chỉ đếm, rate (1–${MAX_RATE} lần gửi mỗi giây), confirmCount. Không có gì được gửi lại.`,
      `Give at least one of ${FILTER_NAMES.join(', ')} (state: ${REDRIVABLE.join(', ')}; times like 2026-11-04T08:00:00+07:00); add dryRun: true to only count, rate (1–${MAX_RATE} deliveries per second), confirmCount. Nothing was redriven.`]
  })
}

/** The count goes along for programs; a person has to have seen it. */
function notConfirmed (matching: number): Problem {
  const { options } = simple(409, 'confirmation-needed', {
    title: ['Cần xác nhận số lượng', 'The number has to be confirmed'],
    detail: [`Bộ lọc đang khớp ${matching} lần gửi. Xem mẫu bằng dryRun: true, rồi gửi lại yêu cầu với confirmCount: ${matching}; nếu con số còn tăng, giới hạn bằng failedTo. Không có gì được gửi lại.`,
      `The filter matches ${matching} deliveries. Look at a sample with dryRun: true, then ask again with confirmCount: ${matching}; if the number keeps growing, limit it by failedTo. Nothing was redriven.`]
  })
  return new Problem({ ...options, members: { matching } })
}

function noSuchRedrive (): Problem {
  return simple(404, 'no-such-redrive', {
    title: ['Không có đợt gửi lại này', 'No such redrive'],
    detail: ['Xem danh sách ở GET /v1/redrives.', 'They are listed at GET /v1/redrives.']
  })
}
