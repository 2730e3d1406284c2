/** The body of an import as it arrives: decompressed, within its limits, and no longer than intake is open. */
import type { FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { gunzipped, limited } from '../../bulk/gunzip.js'
import { Problem } from '../../base/problem.js'
import type { Cause } from '../../health/pressure.js'
import { closedMidway, closingCause } from '../plugins/backpressure.js'
import { simple } from '../plugins/problems.js'
import { arrivingChunks, type ArrivingOptions } from '../requests/arriving.js'

export const NDJSON = 'application/x-ndjson'

export interface BulkBodyOptions extends ArrivingOptions {
  closedBy: () => ReadonlySet<Cause>
  /** Of the decompressed body; undefined: of any length, unless it is compressed. */
  maxMb: number
  limitPlain: boolean
}

export function bulkChunks (request: FastifyRequest, options: BulkBodyOptions): AsyncGenerator<Buffer> {
  const body = request.body as Readable | null | undefined
  if (body == null) throw notNdjson()
  const compressed = isGzip(request)
  const arriving = arrivingChunks(body, options)
  const plain = compressed ? gunzipped(arriving) : arriving
  return whileOpen(compressed || options.limitPlain ? limited(plain, options.maxMb) : plain, options)
}

function isGzip ({ headers }: FastifyRequest): boolean {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') throw unknownEncoding()
  return encoding === 'gzip'
}

/** Looked at with every chunk: an import that began before a store was nearly full must not be what fills it. */
async function * whileOpen (chunks: AsyncIterable<Buffer>, { closedBy }: BulkBodyOptions): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    const cause = closingCause(closedBy)
    if (cause !== undefined) throw closedMidway(cause)
    yield chunk
  }
}

export function notNdjson (): Problem {
  return simple(415, 'unsupported-media-type', {
    title: ['Kiểu nội dung không được hỗ trợ', 'The content type is not supported'],
    detail: [`Gửi mỗi dòng một hồ sơ JSON với header Content-Type: ${NDJSON}; không có gì được lưu.`, `Send one dossier in JSON a line, with the header Content-Type: ${NDJSON}; nothing was stored.`]
  })
}

function unknownEncoding (): Problem {
  const problem = simple(415, 'unsupported-content-encoding', {
    title: ['Cách nén không được hỗ trợ', 'The content encoding is not supported'],
    detail: ['Chỉ nhận Content-Encoding: gzip, hoặc không nén; không có gì được lưu.', 'Only Content-Encoding: gzip is taken, or none; nothing was stored.']
  })
  // RFC 9110 §15.5.16: a 415 for the encoding names those that are taken.
  return new Problem({ ...problem.options, headers: { 'accept-encoding': 'gzip, identity', connection: 'close' } })
}
