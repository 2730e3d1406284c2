/** `/v1/dossiers`: push, preview, progress, and what became of them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { xmlDocument } from '../../model/xml-write.js'
import { recordAudit } from '../../db/audit.js'
import { readDossier } from '../../dossier/documents.js'
import { documentedAnswers } from '../plugins/openapi.js'
import { wantsXml } from '../plugins/xml-answers.js'
import { reached } from '../../base/kill-points.js'
import { dossierState } from './state.js'
import { idempotencyKey } from '../requests/idempotency-key.js'
import { previewAnswer } from '../../dossier/preview.js'
import { pushDossier, pushProgress, type PushAnswer, type Pushed, type Pushing } from './push.js'
import { timelineAnswer } from './timeline.js'
import { documentedBody, receiptAsXml, parseXmlForms } from './xml-forms.js'

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

const RECEIPT = documentedAnswers([200, 202], 'receipt')

export async function dossierRoutes (app: FastifyInstance, options: Pushing): Promise<void> {
  const { services, validator } = options
  parseXmlForms(app)
  app.post('/dossiers', {
    config: { scope: 'dossiers:write', intake: true, xmlForm: 'dossier' },
    schema: { summary: 'Gửi hồ sơ / Push a dossier', body: documentedBody('dossier'), headers: KEY_HEADER, response: RECEIPT }
  }, async (request, reply) => answerPush(request, reply, await pushDossier(options, pushedBy(request))))

  app.post<{ Params: CodeParams }>('/dossiers/:code/progress', {
    config: { scope: 'dossiers:write', intake: true, xmlForm: 'progress' },
    schema: { summary: 'Gửi các bước xử lý / Push progress steps', params: CODE_PARAMS, body: documentedBody('progress'), headers: KEY_HEADER, response: RECEIPT }
  }, async (request, reply) => answerPush(request, reply, await pushProgress(options, request.params.code, pushedBy(request))))

  app.post('/dossiers/preview', {
    config: { scope: 'dossiers:write', xmlForm: 'dossier' },
    schema: { summary: 'Xem trước bản tin quốc gia, không gửi / See the national messages, send nothing', body: documentedBody('dossier') }
  }, async request => previewAnswer(services, { ...readDossier({ validator, now: new Date(), faults: request.bodyFaults ?? [] }, request.body), clientId: request.client.id }))

  app.get<{ Params: CodeParams }>('/dossiers/:code', {
    config: { scope: 'dossiers:read' },
    schema: { summary: 'Tình trạng hồ sơ / A dossier and its deliveries', params: CODE_PARAMS }
  }, async request => dossierState(services, request.params.code, request.client.id))

  app.get<{ Params: CodeParams }>('/dossiers/:code/timeline', {
    config: { scope: 'dossiers:read' },
    schema: { summary: 'Diễn biến hồ sơ / Everything that happened to a dossier', params: CODE_PARAMS }
  }, async request => {
    const answer = await timelineAnswer(services.db, request.params.code)
    await recordAudit(services.db, [{ actor: `client:${request.client.id}`, action: 'dossier.timeline-viewed', dossierCode: request.params.code }])
    return answer
  })
}

async function answerPush (request: FastifyRequest, reply: FastifyReply, { status, receipt, replayed }: PushAnswer): Promise<FastifyReply> {
  reply.raw.once('finish', () => { reached('intake.answered') })
  if (replayed) reply.header('idempotency-replayed', 'true')
  reply.code(status)
  if (!wantsXml(request.headers.accept)) return reply.send(receipt)
  return reply.type('application/xml; charset=utf-8').serializer(String).send(xmlDocument(receiptAsXml(receipt)))
}

function pushedBy (request: FastifyRequest): Pushed {
  const key = idempotencyKey(request)
  return {
    document: request.body,
    faults: request.bodyFaults ?? [],
    clientId: request.client.id,
    scope: key === undefined ? undefined : { route: `${request.method} ${request.url}`, key }
  }
}
