/** `/v1/adapters`: state, pause, resume, test. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { toHanoi } from '../../model/dates.js'
import { outcomeOfFailure } from '../../adapter-kit/failure.js'
import { HttpFailure } from '../../adapter-kit/http.js'
import { recordAudit } from '../../db/audit.js'
import { pauseAdapter, resumeAdapter } from '../../protection/pauses.sql.js'
import { probeLanes } from '../../db/lanes.js'
import { probeNow } from '../../protection/breakers.sql.js'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import type { Need } from '../needs.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'
import { adapterControls, backlog, type OpenTarget, openTargets } from '../../health/standing.sql.js'
import type { Outcome } from '../../adapter-kit/contract/outcome.js'

type AdapterRequest = FastifyRequest<{ Params: { id: string }, Body: { reason?: unknown } | null }>

const TEST_TIMEOUT_MS = 30_000

export async function adapterRoutes (app: FastifyInstance, { services }: { services: Need<'adapters' | 'db' | 'relay'> }): Promise<void> {
  app.get('/adapters', {
    config: { scope: 'adapters:read' },
    schema: { summary: 'Các bộ kết nối / Adapters and their backlog' }
  }, async () => ({ adapters: await adapterViews(services) }))

  app.post('/adapters/:id/pause', {
    config: { scope: 'adapters:manage' }, schema: { summary: 'Tạm dừng / Pause' }
  }, async (request: AdapterRequest) => {
    const { id, actor } = named(services, request)
    const reason = pauseReason(request.body?.reason)
    const changed = await services.db.transaction().execute(async tx => {
      const paused = await pauseAdapter(tx, id, { actor, reason })
      if (paused) await recordAudit(tx, [{ actor, action: 'adapter.paused', adapter: id }])
      return paused
    })
    return { id, paused: true, changed }
  })

  app.post('/adapters/:id/resume', {
    config: { scope: 'adapters:manage' }, schema: { summary: 'Chạy tiếp / Resume' }
  }, async (request: AdapterRequest) => {
    const { id, actor } = named(services, request)
    const changed = await services.db.transaction().execute(async tx => {
      const resumed = await resumeAdapter(tx, id)
      if (resumed) await recordAudit(tx, [{ actor, action: 'adapter.resumed', adapter: id }])
      return resumed
    })
    // The lanes that waited are rung by the next sweep: in bounded chunks, however many they are.
    return { id, paused: false, changed }
  })

  app.post('/adapters/:id/probe', {
    config: { scope: 'adapters:manage' }, schema: { summary: 'Thử lại ngay nơi đang ngắt / Try now whether the partner is back' }
  }, async (request: AdapterRequest) => {
    const { id, actor } = named(services, request)
    const probed = await services.db.transaction().execute(async tx => {
      const units = await probeNow(tx, id)
      if (units.length > 0) await recordAudit(tx, [{ actor, action: 'target.probe-asked', adapter: id, details: { units } }])
      return units
    })
    services.relay.ring(await probeLanes(services.db, id))
    return { id, probed }
  })

  app.post('/adapters/:id/test', {
    config: { scope: 'adapters:manage' }, schema: { summary: 'Thử kết nối và đăng nhập / Test address and credentials' }
  }, async (request: AdapterRequest) => {
    const { id, actor, adapter } = named(services, request)
    const [own, ...units] = await Promise.all([adapter, ...adapter.units].map(async ({ client }) => testAccount(client)))
    const tested = { ...own, units: units.map((result, index) => ({ unit: adapter.units[index]?.code, ...result })) }
    const failed = tested.units.filter(({ ok }) => !ok).map(({ unit }) => unit)
    await recordAudit(services.db, [{ actor, action: 'adapter.tested', adapter: id, details: { rule: own?.rule, code: own?.code, ...(units.length === 0 ? {} : { failedUnits: failed }) } }])
    return { id, ...tested, ok: own?.ok === true && failed.length === 0 }
  })
}

async function adapterViews ({ adapters, db }: Need<'adapters' | 'db'>): Promise<Array<Record<string, unknown>>> {
  const [controls, open, targets] = await Promise.all([adapterControls(db), backlog(db), openTargets(db)])
  return [...adapters.values()].map(({ manifest, units }) => {
    const control = controls.find(row => row.adapter === manifest.id)
    const states = open.filter(row => row.adapter === manifest.id)
    return {
      id: manifest.id,
      title: manifest.title.vi,
      titleEn: manifest.title.en,
      specification: manifest.specification,
      units: units.map(({ code }) => code),
      paused: control?.paused_at == null ? null : { since: toHanoi(control.paused_at), by: control.paused_by, reason: control.reason },
      targets: targets.filter(({ adapter }) => adapter === manifest.id).map(targetView),
      open: Object.fromEntries(states.map(row => [row.state, row.count])),
      oldestPlannedAt: states.length === 0 ? null : toHanoi(new Date(Math.min(...states.map(row => row.oldest.getTime()))))
    }
  })
}

/** An account at the partner whose breaker is open. */
function targetView ({ account: unit, opened_at: since, probe_at: nextProbeAt, probes, code }: OpenTarget): Record<string, unknown> {
  return { unit, since: toHanoi(since), nextProbeAt: toHanoi(nextProbeAt), probes, code }
}

function pauseReason (reason: unknown): string | null {
  if (reason === undefined) return null
  // No control characters; the text is shown to operators as it is.
  if (typeof reason === 'string' && reason.isWellFormed() && /^\P{Cc}{1,500}$/u.test(reason)) return reason
  throw simple(422, 'reason-invalid', {
    title: ['Lý do không hợp lệ', 'The reason is not valid'],
    detail: ['"reason" là chuỗi từ 1 đến 500 ký tự, không có ký tự điều khiển; bộ kết nối chưa bị tạm dừng.', '"reason" is a text of 1 to 500 characters without control characters; the adapter was not paused.']
  })
}

interface Tested extends Pick<Outcome, 'rule' | 'code' | 'words'> {
  ok: boolean
}

/** One login, of the adapter's own account or of a unit's. */
async function testAccount (client: ActiveAdapter['client']): Promise<Tested> {
  const { verdict, rule, code, words } = await client.test(AbortSignal.timeout(TEST_TIMEOUT_MS)).catch((error: unknown) => {
    if (error instanceof HttpFailure) return outcomeOfFailure(error)
    throw error
  })
  return { ok: verdict === 'done', rule, code, words }
}

function named (services: Need<'adapters' | 'db' | 'relay'>, request: AdapterRequest): { id: string, actor: string, adapter: ActiveAdapter } {
  const { id } = request.params
  const adapter = services.adapters.get(id)
  if (adapter === undefined) throw noSuchAdapter([...services.adapters.keys()])
  return { id, adapter, actor: `client:${request.client.id}` }
}

export function noSuchAdapter (ids: readonly string[]): Problem {
  return simple(404, 'adapter-not-found', {
    title: ['Không có bộ kết nối này', 'No such adapter'],
    detail: [`Các bộ kết nối đang chạy: ${ids.join(', ')}.`, `Active adapters: ${ids.join(', ')}.`]
  })
}
