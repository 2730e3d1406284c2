/** `POST /v1/dossiers/import`: dossiers that the partners hold already, one a line, streamed. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { dossierAdapters } from '../delivery/dossier-adapters.js'
import { importBaseline, type ImportSummary } from '../dossier/import.js'
import { noAdapters } from '../dossier/problems.js'
import { canonicalSchema } from '../dossier/schemas.js'
import type { Validator } from '../dossier/validate.js'
import type { Problem } from '../errors.js'
import { simple } from '../plugins/problems.js'
import type { Services } from '../services.js'
import { arrivingChunks } from './arriving.js'
import { partnerReview } from './preview.js'

export interface ImportRouteOptions {
  services: Services
  validator: Validator
  /** Bytes of one line. */
  lineLimit: number
}

interface ImportQuery {
  mode: 'baseline'
  dryRun: boolean
  errors: number
}

export const NDJSON = 'application/x-ndjson'

const QUERY = {
  type: 'object',
  additionalProperties: false,
  required: ['mode'],
  properties: {
    mode: { enum: ['baseline'], description: 'baseline: đã có ở bên nhận, không gửi gì. / The partners hold them; nothing is sent.' },
    dryRun: { type: 'boolean', default: false, description: 'true: chỉ kiểm tra, không lưu. / Check only, store nothing.' },
    errors: { type: 'integer', minimum: 0, maximum: 10_000, default: 100, description: 'Số lỗi nêu chi tiết. / How many errors are told in detail.' }
  }
}

/** A province's whole stock over a slow line. */
const BODY_SECONDS = 4 * 3600
/** A client that sends nothing for so long has gone. */
const IDLE_MS = 60_000

export async function importRoutes (app: FastifyInstance, { services, validator, lineLimit }: ImportRouteOptions): Promise<void> {
  const stopping = new AbortController()
  app.addHook('preClose', async () => { stopping.abort() })
  // Of this scope alone: the body is read by the handler, as it comes.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(NDJSON, (_request: FastifyRequest, payload: unknown, done: (error: null, body: unknown) => void) => { done(null, payload) })
  app.addContentTypeParser('*', async () => { throw notNdjson() })

  app.post<{ Querystring: ImportQuery, Body: Readable | undefined }>('/dossiers/import', {
    config: { scope: 'dossiers:import', intake: true, bodySeconds: BODY_SECONDS },
    schema: {
      summary: 'Nạp hồ sơ đã có ở bên nhận, mỗi dòng một hồ sơ / Import what the partners hold, one dossier a line',
      consumes: [NDJSON],
      body: canonicalSchema('dossier'),
      querystring: QUERY
    }
  }, async request => {
    if (request.body == null) throw notNdjson()
    if (dossierAdapters(services.adapters).size === 0) throw noAdapters()
    return runImport(arrivingChunks(request.body, { idleMs: IDLE_MS, stopping: stopping.signal }), request)
  })

  async function runImport (chunks: AsyncIterable<Buffer>, { client, query }: FastifyRequest<{ Querystring: ImportQuery }>): Promise<ImportSummary> {
    return importBaseline(chunks, {
      db: services.db,
      validator,
      adapters: [...dossierAdapters(services.adapters).keys()],
      partnerFindings: await partnerReview(services),
      actor: `client:${client.id}`,
      clientId: client.id,
      dryRun: query.dryRun,
      lineLimit,
      errorsKept: query.errors
    })
  }
}

function notNdjson (): Problem {
  return simple(415, 'unsupported-media-type', {
    title: ['Kiểu nội dung không được hỗ trợ', 'The content type is not supported'],
    detail: [`Gửi mỗi dòng một hồ sơ JSON với header Content-Type: ${NDJSON}; không có gì được lưu.`, `Send one dossier in JSON a line, with the header Content-Type: ${NDJSON}; nothing was stored.`]
  })
}
