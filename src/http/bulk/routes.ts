/** `POST /v1/dossiers/import`: dossiers one a line, streamed; pushed in bulk, or recorded as held by the partners already. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { dossierAdapters } from '../../adapters/dossier-adapters.js'
import { tooManyBulkJobs } from '../../bulk/problems.js'
import { loadBaseline, type BaselineSummary } from '../../bulk/baseline.js'
import { noAdapters } from '../../dossier/problems.js'
import { originRules } from '../../dossier/origin.js'
import { canonicalSchema } from '../../dossier/schemas.js'
import { documentedBulkBody } from '../plugins/openapi.js'
import { bulkChunks, NDJSON, notNdjson } from './body.js'
import { answerIntake, type BulkIntakeOptions, type IntakeQuery } from './intake.js'
import { partnerReview } from '../../dossier/preview.js'

export interface BulkRouteOptions extends BulkIntakeOptions {
  /** Of a compressed body, or of one to be pushed. */
  maxMb: number
}

interface BulkQuery extends IntakeQuery {
  mode: 'intake' | 'baseline'
  dryRun: boolean
  errors?: number
}

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    mode: { enum: ['intake', 'baseline'], default: 'intake', description: 'intake: gửi từng hồ sơ như POST /v1/dossiers. baseline: đã có ở bên nhận, không gửi gì. / intake: each is pushed. baseline: the partners hold them; nothing is sent.' },
    importId: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$', description: 'intake: khóa để gửi tiếp, như Idempotency-Key. / The key to go on with, like Idempotency-Key.' },
    results: { enum: ['all', 'problems'], description: 'intake: mọi dòng, hay chỉ dòng bị từ chối hoặc có ghi chú. / Every line, or those alone that were rejected or have findings.' },
    dryRun: { type: 'boolean', default: false, description: 'baseline: true: chỉ kiểm tra, không lưu. / Check only, store nothing.' },
    errors: { type: 'integer', minimum: 0, maximum: 10_000, description: 'baseline: số lỗi nêu chi tiết, mặc định 100. / How many errors are told in detail; 100.' }
  },
  // A parameter of the other mode is a mistake: a dry run that is none would send.
  if: { required: ['mode'], properties: { mode: { const: 'baseline' } } },
  then: { properties: { importId: false, results: false } },
  else: { properties: { dryRun: { const: false }, errors: false } }
}

const IMPORT_HEADERS = {
  type: 'object',
  properties: {
    'idempotency-key': { type: 'string', maxLength: 255, description: 'intake: cùng khóa, cùng tệp thì đi tiếp chỗ đã dừng. / The same key with the same body goes on where it broke off.' },
    'content-encoding': { type: 'string', description: 'gzip' }
  }
}

const ERRORS_KEPT = 100
/** A province's whole stock over a slow line. */
const BODY_SECONDS = 4 * 3600
/** A client that sends nothing for so long has gone. */
const IDLE_MS = 60_000
/** Each holds a batch and a connection to the database, of which pushes need some too. */
const MAX_RUNNING = 4

export async function bulkRoutes (app: FastifyInstance, options: BulkRouteOptions): Promise<void> {
  const { services } = options
  const stopping = new AbortController()
  let running = 0
  app.addHook('preClose', async () => { stopping.abort() })
  // Of this scope alone: the body is read by the handler, as it comes.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(NDJSON, (_request: FastifyRequest, payload: unknown, done: (error: null, body: unknown) => void) => { done(null, payload) })
  app.addContentTypeParser('*', async () => { throw notNdjson() })

  app.post<{ Querystring: BulkQuery }>('/dossiers/import', {
    config: {
      scope: ({ mode }) => mode === 'baseline' ? 'dossiers:import' : 'dossiers:write',
      intake: true,
      bodySeconds: BODY_SECONDS
    },
    schema: {
      summary: 'Nạp nhiều hồ sơ, mỗi dòng một hồ sơ / Push many dossiers, or record what the partners hold, one a line',
      consumes: [NDJSON],
      body: canonicalSchema('dossier'),
      querystring: QUERY,
      headers: IMPORT_HEADERS,
      response: documentedBulkBody()
    }
  }, async (request, reply) => {
    const isIntake = request.query.mode === 'intake'
    const chunks = bulkChunks(request, { idleMs: IDLE_MS, stopping: stopping.signal, closedBy: () => services.watch.closedBy(), maxMb: options.maxMb, limitPlain: isIntake })
    if (dossierAdapters(services.adapters).size === 0) throw noAdapters()
    if (!isIntake) return runBaseline(chunks, request, options)
    if (running === MAX_RUNNING) throw tooManyBulkJobs(MAX_RUNNING)
    running++
    return answerIntake(chunks, { request, reply, ended: () => { running-- } }, options)
  })
}

async function runBaseline (chunks: AsyncIterable<Buffer>, { client, query }: FastifyRequest<{ Querystring: BulkQuery }>, options: BulkRouteOptions): Promise<BaselineSummary> {
  const { services, validator, lineLimit } = options
  return loadBaseline(chunks, {
    db: services.db,
    validator,
    adapters: [...dossierAdapters(services.adapters).keys()],
    origins: originRules(dossierAdapters(services.adapters).values()),
    partnerFindings: await partnerReview(services),
    actor: `client:${client.id}`,
    clientId: client.id,
    dryRun: query.dryRun,
    lineLimit,
    errorsKept: query.errors ?? ERRORS_KEPT
  })
}
