/** The control API under `/control`: what arrived, and what is to go wrong. Faults never touch it. */
import type { FastifyInstance } from 'fastify'
import { alter } from './alter.js'
import type { Alteration } from './alter.js'
import { catalogueControl } from './catalogue-control.js'
import {
  CHECKED_ALTERATION, CHECKED_DOSSIERS_QUERY, CHECKED_FAULT, CHECKED_FILED, CHECKED_MESSAGES_QUERY, CHECKED_REQUESTS_QUERY, CHECKED_SETTINGS
} from './control-schemas.js'
import type { FiledDossier } from './connector-store.js'
import { stamp } from './clock.js'
import { resetState, summary } from './state.js'
import type { SandboxState } from './state.js'
import { ruleProblem } from './fault-rules.js'
import type { FaultRule } from './fault-rules.js'
import type { RuleState } from './faults.js'
import { shownEntry } from './request-log.js'
import type { RequestFilter } from './request-log.js'
import { shownSettings } from './settings.js'
import type { SandboxSettings } from './settings.js'
import { dossierDetail, dossierLine } from './shown-dossier.js'

interface ControlOptions {
  state: SandboxState
}

interface ByCode { Params: { code: string } }

interface RequestsQuery { service?: string, code?: string, after?: string, limit?: string }

interface DossiersQuery { offset?: string, limit?: string }

const MOST_REQUESTS = 10_000

export async function controlRoutes (app: FastifyInstance, { state }: ControlOptions): Promise<void> {
  // JSON only: a browser asks before it sends JSON elsewhere, so no web page can script a developer's sandbox.
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler((error: { statusCode?: number, message: string }, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ error: error.message }))
  app.get('/summary', () => summary(state))
  app.get('/statuses', () => ({ statuses: state.store.notices('DongBoTrangThaiHoSo', 'DongBoTrangThaiHoSoKM') }))
  app.get<{ Querystring: { service?: string } }>('/messages', CHECKED_MESSAGES_QUERY, ({ query: { service } }) =>
    ({ messages: service === undefined ? state.store.notices() : state.store.notices(service) }))
  app.get<{ Querystring: RequestsQuery }>('/requests', CHECKED_REQUESTS_QUERY, ({ query }) => ({
    total: state.log.total(),
    dropped: state.log.dropped(),
    requests: state.log.list(filterOf(query)).map(shownEntry)
  }))
  app.get('/settings', () => shownSettings(state.settings.current()))
  app.post<{ Body: Partial<SandboxSettings> }>('/settings', CHECKED_SETTINGS, ({ body }) =>
    shownSettings(state.settings.change(body)))
  app.post('/reset', () => {
    resetState(state)
    return summary(state)
  })
  await app.register(dossierRoutes, { state })
  await app.register(faultRoutes, { state })
  await app.register(connectorControl, { state })
  await app.register(catalogueControl, { shelf: state.shelf })
}

/** Generation C: dossiers that citizens filed at the portal, and what came back about them. */
async function connectorControl (app: FastifyInstance, { state: { connector } }: ControlOptions): Promise<void> {
  app.get('/connector', () => ({ waiting: connector.waiting(), acknowledged: connector.acknowledgements(), told: connector.told() }))
  app.post<{ Body: FiledDossier }>('/connector/filed', CHECKED_FILED, ({ body }, reply) => {
    connector.file(body)
    return reply.code(201).send({ filed: body.MaHoSo })
  })
}

function filterOf ({ service, code, after = '0', limit = '100' }: RequestsQuery): RequestFilter {
  return { service, code, after: Number(after), limit: Math.min(Number(limit), MOST_REQUESTS) }
}

async function dossierRoutes (app: FastifyInstance, { state: { store, now } }: ControlOptions): Promise<void> {
  app.get<{ Querystring: DossiersQuery }>('/dossiers', CHECKED_DOSSIERS_QUERY, ({ query }) => {
    const { offset = '0', limit = '1000' } = query
    const page = [...store.dossiers()].slice(Number(offset), Number(offset) + Number(limit))
    return { total: store.size(), dossiers: page.map(dossierLine) }
  })
  app.get<ByCode>('/dossiers/:code', ({ params }, reply) => {
    const dossier = store.dossier(params.code)
    return dossier === undefined ? reply.code(404).send({ error: 'no such dossier' }) : dossierDetail(dossier)
  })
  app.patch<ByCode & { Body: Alteration }>('/dossiers/:code', CHECKED_ALTERATION, ({ params, body }, reply) => {
    const dossier = alter(store, params.code, { change: body, at: stamp(now()) })
    return dossier === undefined ? reply.code(404).send({ error: 'no such dossier' }) : dossierDetail(dossier)
  })
  app.delete<ByCode>('/dossiers/:code', ({ params }, reply) =>
    store.forget(params.code) ? { forgotten: params.code } : reply.code(404).send({ error: 'no such dossier' }))
}

async function faultRoutes (app: FastifyInstance, { state: { faults } }: ControlOptions): Promise<void> {
  app.get('/faults', () => ({ faults: faults.list().map(shownRule) }))
  app.post<{ Body: FaultRule }>('/faults', CHECKED_FAULT, ({ body }, reply) => {
    const problem = ruleProblem(body)
    return problem === undefined
      ? reply.code(201).send(shownRule(faults.add(body)))
      : reply.code(400).send({ error: problem })
  })
  app.delete<{ Params: { id: string } }>('/faults/:id', ({ params }, reply) =>
    faults.remove(params.id) ? { removed: params.id } : reply.code(404).send({ error: 'no such fault' }))
  app.delete('/faults', () => {
    const removed = faults.list().length
    faults.clear()
    return { removed }
  })
}

function shownRule ({ id, rule, matched, hits }: RuleState): Record<string, unknown> {
  return { id, ...rule, matched, hits }
}
