/** `/v1/catalogue`: the copy of a partner's lists. */
import type { FastifyInstance } from 'fastify'
import { startOfDay, toHanoi } from '../../model/dates.js'
import { MOST_CHANGES, shownChanges } from '../../catalogue/changes.js'
import { listsOf, type StoredList } from '../../catalogue/lists.js'
import { newestPulls, type ShownPull } from '../../catalogue/catalogue.sql.js'
import { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import type { Need } from '../needs.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'
import { adapterControls } from '../../health/standing.sql.js'

interface Params { adapter: string }

const WEEK_MS = 7 * 86_400_000
const PULL_QUERY = { type: 'object', additionalProperties: false, properties: { force: { type: 'boolean', default: false }, list: { type: 'string', pattern: '^[A-Za-z0-9./]{1,100}$' } } }
const CHANGES_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { since: { type: 'string', pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])(T\\d{2}:\\d{2}(:\\d{2})?(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2}))?$' } }
}

export async function catalogueRoutes (app: FastifyInstance, { services, outboundPaused }: { services: Need<'adapters' | 'catalogue' | 'db'>, outboundPaused: boolean }): Promise<void> {
  app.get<{ Params: Params }>('/catalogue/:adapter', {
    config: { scope: 'codes:read' }, schema: { summary: 'Bản sao danh mục / The copy of a partner\'s lists' }
  }, async request => {
    const adapter = polled(services, request.params)
    const pulls = await newestPulls(services.db, adapter.manifest.id)
    return { adapter: adapter.manifest.id, lists: listsOf(adapter).map(list => shownList(list, pulls.find(pull => pull.list === list.list))) }
  })

  app.post<{ Params: Params, Querystring: { force: boolean, list?: string } }>('/catalogue/:adapter/pull', {
    config: { scope: 'codes:manage' }, schema: { summary: 'Kéo danh mục ngay / Pull the lists now', querystring: PULL_QUERY }
  }, async request => {
    const adapter = polled(services, request.params)
    const { force, list } = request.query
    if (list !== undefined && !listsOf(adapter).some(one => one.list === list)) throw noSuchList()
    await refusePaused(services, adapter, outboundPaused)
    const lists = await services.catalogue.pull(adapter, { actor: `client:${request.client.id}`, force, ...(list === undefined ? {} : { choose: async () => [list] }) })
    if (lists === undefined) throw inProgress()
    return { adapter: adapter.manifest.id, lists }
  })

  app.get<{ Params: Params, Querystring: { since?: string } }>('/catalogue/:adapter/changes', {
    config: { scope: 'codes:read' }, schema: { summary: 'Thay đổi của danh mục và hồ sơ bị ảnh hưởng / What changed, and the open dossiers it touches', querystring: CHANGES_QUERY }
  }, async request => {
    const { manifest } = polled(services, request.params)
    const from = momentOf(request.query.since)
    const changes = await shownChanges(services.db, manifest, from)
    return { adapter: manifest.id, since: toHanoi(from), changes, older: changes.length === MOST_CHANGES }
  })
}

function shownList ({ list, unit, declared: { title } }: StoredList, pull: ShownPull | undefined): Record<string, unknown> {
  const lastPull = pull === undefined ? null : { ...pull, startedAt: toHanoi(pull.startedAt), endedAt: toHanoi(pull.endedAt) }
  return { list, unit, title: title.vi, titleEn: title.en, items: pull?.items ?? 0, lastPull }
}

/** The pattern takes 31 February, and `Date` would make it a day in March. */
function momentOf (since: string | undefined): Date {
  if (since === undefined) return new Date(Date.now() - WEEK_MS)
  const day = startOfDay(since.slice(0, 10))
  const moment = since.length === 10 ? day : new Date(since)
  if (day === undefined || moment === undefined || Number.isNaN(moment.getTime())) throw noSuchDay()
  return moment
}

function polled ({ adapters }: Need<'adapters'>, { adapter }: Params): ActiveAdapter {
  const active = adapters.get(adapter)
  if (active?.manifest.poll?.lists !== undefined) return active
  throw simple(404, 'catalogue-not-found', {
    title: ['Bộ kết nối không có danh mục', 'No catalogue of this adapter'],
    detail: ['Không có bộ kết nối này, hoặc nó không kéo danh mục nào: GET /v1/adapters.', 'No such adapter, or it copies no lists: GET /v1/adapters.']
  })
}

function noSuchList (): Error {
  return simple(404, 'catalogue-list-not-found', {
    title: ['Không có danh mục này', 'No such list'],
    detail: ['Tên các danh mục: GET /v1/catalogue/{adapter}. Chưa kéo gì.', 'Names of lists: GET /v1/catalogue/{adapter}. Nothing was pulled.']
  })
}

async function refusePaused ({ db }: Need<'db'>, { manifest }: ActiveAdapter, outboundPaused: boolean): Promise<void> {
  const controls = await adapterControls(db)
  if (!outboundPaused && controls.find(({ adapter }) => adapter === manifest.id)?.paused_at == null) return
  throw simple(409, 'catalogue-paused', {
    title: ['Đang tạm dừng', 'Paused'],
    detail: ['Bộ kết nối hoặc toàn bộ chiều gửi (OUTBOUND) đang tạm dừng; chưa kéo gì. Cho chạy tiếp rồi kéo lại.', 'The adapter, or all outbound traffic (OUTBOUND), is paused; nothing was pulled. Resume, then pull.']
  })
}

function inProgress (): Error {
  return simple(409, 'catalogue-pull-running', {
    title: ['Đang kéo danh mục', 'A pull is in progress'],
    detail: ['Một lần kéo khác đang chạy. Đợi xong rồi xem GET /v1/catalogue/{adapter}.', 'Another pull is running. Wait for its end and see GET /v1/catalogue/{adapter}.']
  })
}

function noSuchDay (): Error {
  const base = simple(400, 'invalid-parameter', {
    title: ['Tham số không hợp lệ', 'A parameter is not valid'],
    detail: ['Sửa tham số nêu trong "errors".', 'Mend the parameter named in "errors".']
  })
  return new Problem({
    ...base.options,
    errors: [{ pointer: '/querystring/since', code: 'parameter-invalid', message: 'Ngày hoặc giờ này không có thật.', messageEn: 'There is no such day or time.' }]
  })
}
