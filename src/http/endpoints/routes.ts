/** `/v1/endpoints`: where a client wants to be told of events. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { toShortAgency } from '../../model/codes.js'
import { toHanoi } from '../../model/dates.js'
import type { EndpointChange, EndpointReplay, EndpointRequest, EndpointRotation } from '../../model/dossier-types.js'
import { findEndpoint, listEndpoints, type EndpointRow, type Whose } from '../../operations/notify/endpoints.sql.js'
import { notifyingAdapter } from '../../adapters/dossier-adapters.js'
import { invalidDocument } from '../../dossier/problems.js'
import { canonicalSchema } from '../../dossier/schemas.js'
import { createCheck, type Checked } from '../../dossier/validate.js'
import { alterEndpoint, createEndpoint, noteSecretViewed, removeEndpoint, replayTo, rotateEndpoint, testEndpoint } from '../../operations/notify/endpoints.js'
import { validVersions } from '../../operations/notify/versions.js'
import type { Need } from '../needs.js'
import { disabled, noNotifier, noSuchEndpoint, replayUnclear, tooManyEndpoints } from './problems.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'

interface Params { id: string }
type OneEndpoint = FastifyRequest<{ Params: Params, Body: unknown }>

const PARAMS = { type: 'object', properties: { id: { type: 'string', pattern: '^ep_[0-9a-f]{32}$' } } }
const SCOPE = { scope: 'endpoints:manage' } as const
/** Of one answer to a replay; the rest is asked for with its cursor. */
const REPLAYED = 5000

export async function endpointRoutes (app: FastifyInstance, { services }: { services: Need<'adapters' | 'db' | 'relay' | 'sequencer'> }): Promise<void> {
  const { db } = services
  const checks = {
    endpoint: createCheck<EndpointRequest>('endpoint'),
    change: createCheck<EndpointChange>('endpoint-change'),
    rotation: createCheck<EndpointRotation>('endpoint-rotation'),
    replay: createCheck<EndpointReplay>('endpoint-replay')
  }

  app.post('/endpoints', {
    config: SCOPE,
    schema: { summary: 'Đăng ký nơi nhận thông báo / Register an endpoint', body: canonicalSchema('endpoint') }
  }, async (request, reply) => {
    const notifier = notifierOf(services)
    const { url, description = null, types = [], agency = null, ownDossiersOnly = false } = read(checks.endpoint, request.body)
    checkUrl(notifier, url)
    const endpoint = await createEndpoint(db, {
      ...by(request), adapter: notifier.manifest.id, clientId: request.client.id, wishes: { url, description, types, agency: short(agency), ownDossiersOnly }
    })
    if (endpoint === undefined) throw tooManyEndpoints()
    return secretly(reply).code(201).send({ ...endpointView(endpoint), ...secretView(notifier, endpoint) })
  })

  app.get('/endpoints', {
    config: SCOPE, schema: { summary: 'Các nơi nhận thông báo / Endpoints' }
  }, async request => ({ endpoints: (await listEndpoints(db, ownerOf(request))).map(endpointView) }))

  app.get('/endpoints/:id', {
    config: SCOPE, schema: { summary: 'Một nơi nhận / One endpoint', params: PARAMS }
  }, async (request: OneEndpoint) => endpointView(await found(services, request)))

  app.patch('/endpoints/:id', {
    config: SCOPE,
    schema: { summary: 'Đổi địa chỉ, bộ lọc; bật, tắt / Change address or filters; enable, disable', params: PARAMS, body: canonicalSchema('endpoint-change') }
  }, async (request: OneEndpoint) => {
    const { agency, ...change } = read(checks.change, request.body)
    if (change.url !== undefined) checkUrl(notifierOf(services), change.url)
    const wished = { ...change, ...(agency === undefined ? {} : { agency: short(agency) }) }
    return endpointView(there(await alterEndpoint(db, whose(request), { ...by(request), change: wished })))
  })

  app.delete('/endpoints/:id', {
    config: SCOPE, schema: { summary: 'Bỏ một nơi nhận / Delete an endpoint', params: PARAMS }
  }, async (request: OneEndpoint) => {
    if (!await removeEndpoint(db, whose(request), by(request))) throw noSuchEndpoint()
    return { id: request.params.id, deleted: true }
  })

  app.get('/endpoints/:id/secret', {
    config: SCOPE, schema: { summary: 'Xem khóa ký / Show the signing secret', params: PARAMS }
  }, async (request: OneEndpoint, reply) => {
    const endpoint = await found(services, request)
    await noteSecretViewed(db, { id: endpoint.id, ...by(request) })
    return secretly(reply).send({ id: endpoint.id, ...secretView(notifierOf(services), endpoint) })
  })

  app.post('/endpoints/:id/rotate', {
    config: SCOPE,
    schema: { summary: 'Đổi khóa ký / Rotate the signing secret', params: PARAMS, body: canonicalSchema('endpoint-rotation') }
  }, async (request: OneEndpoint, reply) => {
    const { overlapSeconds } = read(checks.rotation, request.body)
    const notifier = notifierOf(services)
    const endpoint = there(await rotateEndpoint(db, whose(request), { ...by(request), overlapSeconds }))
    return secretly(reply).send({ id: endpoint.id, ...secretView(notifier, endpoint) })
  })

  app.post('/endpoints/:id/test', {
    config: SCOPE, schema: { summary: 'Gửi một sự kiện thử / Send a test event', params: PARAMS }
  }, async (request: OneEndpoint, reply) => {
    const endpoint = enabled(await found(services, request))
    await testEndpoint(db, endpoint, by(request))
    void services.sequencer.run()
    return reply.code(202).send({ id: endpoint.id, deliveries: `/v1/deliveries?endpoint=${endpoint.id}` })
  })

  app.post('/endpoints/:id/replay', {
    config: SCOPE,
    schema: { summary: 'Gửi lại sự kiện / Replay events', params: PARAMS, body: canonicalSchema('endpoint-replay') }
  }, async (request: OneEndpoint, reply) => {
    const { event, since, until, cursor = '0' } = read(checks.replay, request.body)
    if ((event === undefined) === (since === undefined)) throw replayUnclear()
    const endpoint = enabled(await found(services, request))
    const { count, more, lanes } = await replayTo(db, {
      endpointId: endpoint.id, event, since: timeOf(since), until: timeOf(until), after: Number(cursor), limit: REPLAYED, ...by(request)
    })
    services.relay.ring(lanes)
    return reply.code(202).send({ id: endpoint.id, deliveries: count, cursor: more === null ? null : String(more) })
  })
}

/** No cache on the way keeps a secret. */
function secretly (reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store')
}

function notifierOf ({ adapters }: Need<'adapters'>): ActiveAdapter {
  const adapter = notifyingAdapter(adapters)
  if (adapter === undefined) throw noNotifier()
  return adapter
}

function read<T> (check: (document: unknown) => Checked<T>, body: unknown): T {
  const checked = check(body ?? {})
  if (checked.errors !== undefined) throw invalidDocument(checked.errors)
  return checked.value
}

function checkUrl ({ adapter, settings }: ActiveAdapter, url: string): void {
  const problem = adapter.notify?.urlProblem(settings, url)
  if (problem === undefined) return
  const { code, message } = problem
  throw invalidDocument([{ pointer: '/url', code, message: message.vi, messageEn: message.en }])
}

function by ({ client }: FastifyRequest): { actor: string } {
  return { actor: `client:${client.id}` }
}

/** Operators look after everybody's endpoints, all others after their own. */
function ownerOf ({ client }: FastifyRequest): string | undefined {
  return client.scopes.includes('adapters:manage') ? undefined : client.id
}

function whose (request: OneEndpoint): Whose {
  return { id: request.params.id, owner: ownerOf(request) }
}

async function found ({ db }: Need<'db'>, request: OneEndpoint): Promise<EndpointRow> {
  return there(await findEndpoint(db, whose(request)))
}

function there (endpoint: EndpointRow | undefined): EndpointRow {
  if (endpoint === undefined) throw noSuchEndpoint()
  return endpoint
}

function enabled (endpoint: EndpointRow): EndpointRow {
  if (endpoint.disabled_at !== null) throw disabled()
  return endpoint
}

function short (agency: string | null): string | null {
  return agency === null ? null : toShortAgency(agency) ?? agency
}

function timeOf (instant: string | undefined): Date | undefined {
  return instant === undefined ? undefined : new Date(instant)
}

function endpointView (row: EndpointRow): Record<string, unknown> {
  const { id, url, description, types, agency } = row
  return {
    id,
    clientId: row.client_id,
    url,
    description,
    types,
    agency,
    ownDossiersOnly: row.own_dossiers_only,
    enabled: row.disabled_at === null,
    disabled: row.disabled_at === null ? null : { since: toHanoi(row.disabled_at), by: row.disabled_by, code: row.disabled_code },
    createdAt: toHanoi(row.created_at)
  }
}

function secretView ({ adapter, settings }: ActiveAdapter, row: EndpointRow): Record<string, unknown> {
  const secret = (version: number): string | undefined => adapter.notify?.secret(settings, { endpointId: row.id, version })
  const { secret_version: version, previous_version: previousVersion, previous_until: previousUntil } = row
  const [, previous] = validVersions({ version, previousVersion, previousUntil }, new Date())
  return {
    secret: secret(version),
    secretVersion: version,
    previous: previous === undefined || previousUntil === null ? null : { secret: secret(previous), secretVersion: previous, validUntil: toHanoi(previousUntil) }
  }
}
