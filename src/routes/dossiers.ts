/** `/v1/dossiers`: push, preview, progress, and what became of them. */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Dossier } from '../adapter-kit/dossier-types.js'
import type { Finding } from '../adapter-kit/findings.js'
import { procedureVersion } from '../catalogue/pinned.js'
import { recordAudit } from '../db/audit.js'
import { findDossier, listDeliveries } from '../db/reading.js'
import type { Tx } from '../db/open.js'
import { dossierAdapters } from '../delivery/dossier-adapters.js'
import { readDossier, readProgress } from '../dossier/documents.js'
import { acceptDossier, acceptProgress, type Accepted, type IntakeOptions } from '../dossier/intake.js'
import { once } from '../dossier/once.js'
import { dossierNotFound, noAdapters } from '../dossier/problems.js'
import { canonicalSchema } from '../dossier/schemas.js'
import { documentedAnswers } from '../plugins/openapi.js'
import type { Validator } from '../dossier/validate.js'
import { reached } from '../points.js'
import type { Services } from '../services.js'
import { idempotencyKey } from './idempotency-key.js'
import { partnerReview, previewAnswer } from './preview.js'
import { timelineAnswer } from './timeline.js'
import { deliveryView, dossierView } from './views.js'

export interface DossierRouteOptions {
  services: Services
  validator: Validator
}

interface CodeParams { code: string }

export const CODE_PARAMS = {
  type: 'object',
  required: ['code'],
  properties: { code: { type: 'string', pattern: '^(?=.{1,50}$)[0-9A-Za-z]+([._-][0-9A-Za-z]+)*$', description: 'Mã hồ sơ / the dossier code' } }
}

const KEY_HEADER = {
  type: 'object',
  properties: { 'idempotency-key': { type: 'string', maxLength: 255, description: 'Khóa do nơi gửi đặt; gửi lại cùng khóa không tạo hồ sơ mới. / Set by the sender; the same key again does nothing twice.' } }
}

const DELIVERIES_SHOWN = 200
const RECEIPT = documentedAnswers([200, 202], 'receipt')

export async function dossierRoutes (app: FastifyInstance, options: DossierRouteOptions): Promise<void> {
  const { services, validator } = options
  app.post('/dossiers', {
    config: { scope: 'dossiers:write', intake: true },
    schema: { summary: 'Gửi hồ sơ / Push a dossier', body: canonicalSchema('dossier'), headers: KEY_HEADER, response: RECEIPT }
  }, async (request, reply) => {
    const { dossier, findings } = readDossier({ validator, now: new Date() }, request.body)
    // The partners' findings are told at once; an error among them does not refuse the dossier, it stops that delivery.
    const partners = (await partnerReview(services))(dossier)
    return accept(services, { request, reply, findings: [...findings, ...partners] }, (tx, intake) => acceptDossier(tx, dossier, intake))
  })

  app.post<{ Params: CodeParams }>('/dossiers/:code/progress', {
    config: { scope: 'dossiers:write', intake: true },
    schema: { summary: 'Gửi các bước xử lý / Push progress steps', params: CODE_PARAMS, body: canonicalSchema('progress'), headers: KEY_HEADER, response: RECEIPT }
  }, async (request, reply) => {
    const { progress, findings } = readProgress({ validator, now: new Date() }, request.body)
    return accept(services, { request, reply, findings }, (tx, intake) => acceptProgress(tx, { code: request.params.code, progress }, intake))
  })

  app.post('/dossiers/preview', {
    config: { scope: 'dossiers:write' },
    schema: { summary: 'Xem trước bản tin quốc gia, không gửi / See the national messages, send nothing', body: canonicalSchema('dossier') }
  }, async request => previewAnswer(services, readDossier({ validator, now: new Date() }, request.body)))

  app.get<{ Params: CodeParams }>('/dossiers/:code', {
    config: { scope: 'dossiers:read' },
    schema: { summary: 'Tình trạng hồ sơ / A dossier and its deliveries', params: CODE_PARAMS }
  }, async request => {
    const row = await findDossier(services.db, request.params.code)
    if (row === undefined) throw dossierNotFound()
    const deliveries = await listDeliveries(services.db, { dossierCode: row.code, subject: 'dossier', limit: DELIVERIES_SHOWN })
    await recordAudit(services.db, [{ actor: `client:${request.client.id}`, action: 'dossier.viewed', dossierCode: row.code }])
    const { procedure, receivedAt } = row.content as Pick<Dossier, 'procedure' | 'receivedAt'>
    const adapters = [...dossierAdapters(services.adapters).values()]
    const bookOf = await services.books.refresh(adapters)
    const version = await procedureVersion(services.db, { procedureCode: procedure.code, receivedAt, adapters, bookOf })
    return { ...dossierView(row), procedureVersion: version, deliveries: deliveries.map(delivery => deliveryView(delivery, services.adapters)) }
  })

  app.get<{ Params: CodeParams }>('/dossiers/:code/timeline', {
    config: { scope: 'dossiers:read' },
    schema: { summary: 'Diễn biến hồ sơ / Everything that happened to a dossier', params: CODE_PARAMS }
  }, async request => {
    const answer = await timelineAnswer(services.db, request.params.code)
    await recordAudit(services.db, [{ actor: `client:${request.client.id}`, action: 'dossier.timeline-viewed', dossierCode: request.params.code }])
    return answer
  })
}

interface Pushed {
  request: FastifyRequest
  reply: FastifyReply
  findings: readonly Finding[]
}

/** The one transaction of a push; the lanes are rung after its commit, and the answer goes out after it too. */
async function accept (services: Services, { request, reply, findings }: Pushed, work: (tx: Tx, intake: IntakeOptions) => Promise<Accepted>): Promise<FastifyReply> {
  if (dossierAdapters(services.adapters).size === 0) throw noAdapters()
  const key = idempotencyKey(request)
  const scope = key === undefined ? undefined : { clientId: request.client.id, route: `${request.method} ${request.url}`, key }
  const intake = intakeOptions(services, request.client.id)
  let accepted: Accepted | undefined
  const answer = await once(services.db, { scope, bodyHash: bodyHash(request.body) }, async tx => {
    accepted = await work(tx, intake)
    reached('intake.before-commit')
    return { status: accepted.receipt.unchanged ? 200 : 202, response: { ...accepted.receipt, findings: [...findings, ...accepted.receipt.findings] } }
  })
  reached('intake.committed')
  reply.raw.once('finish', () => { reached('intake.answered') })
  if (accepted !== undefined) services.relay.ring(accepted.lanes)
  if (answer.replayed) reply.header('idempotency-replayed', 'true')
  return reply.code(answer.status).send(answer.response)
}

function intakeOptions ({ adapters }: Services, clientId: string): IntakeOptions {
  const all = [...dossierAdapters(adapters).values()]
  return {
    clientId,
    adapters: all.map(({ manifest }) => manifest.id),
    superseding: all.filter(({ manifest }) => manifest.deliver.supersedes).map(({ manifest }) => manifest.id)
  }
}

function bodyHash (body: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(body)).digest()
}
