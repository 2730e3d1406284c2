/** The answer of `POST /v1/dossiers/import` as intake: a line for each line, streamed as they are stored. */
import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { bulkIntake } from '../../bulk/intake.js'
import type { BulkLine } from '../../bulk/intake-tally.js'
import type { Validator } from '../../dossier/validate.js'
import { problemDocumentOf, simple } from '../plugins/problems.js'
import type { Problem } from '../../base/problem.js'
import type { Need } from '../needs.js'
import { intakeOptions } from '../../dossier/intake-options.js'
import { idempotencyKey } from '../requests/idempotency-key.js'
import { NDJSON } from './body.js'
import { linesStream } from './lines-stream.js'
import { partnerReview } from '../../dossier/preview.js'

export interface BulkIntakeOptions {
  services: Need<'adapters' | 'books' | 'db' | 'files' | 'relay' | 'watch'>
  validator: Validator
  /** Bytes of one line. */
  lineLimit: number
  leaseSeconds: number
}

export interface IntakeQuery {
  importId?: string
  results?: 'all' | 'problems'
}

interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
  /** Called once, however it ends. */
  ended: () => void
}

export async function answerIntake (chunks: AsyncIterable<Buffer>, { request, reply, ended }: Exchange, options: BulkIntakeOptions): Promise<FastifyReply> {
  const answer = await openAnswer(chunks, { request, reply }, options).catch((error: unknown) => {
    ended()
    throw error
  })
  return reply.send(answer.once('close', ended))
}

async function openAnswer (chunks: AsyncIterable<Buffer>, { request, reply }: Omit<Exchange, 'ended'>, options: BulkIntakeOptions): Promise<Readable> {
  const { services } = options
  const query = request.query as IntakeQuery
  const importId = importIdOf(request, query)
  const lines = bulkIntake(chunks, {
    db: services.db,
    validator: options.validator,
    intake: intakeOptions(services, request.client.id),
    partnerFindings: await partnerReview(services),
    actor: `client:${request.client.id}`,
    importId,
    leaseSeconds: options.leaseSeconds,
    lineLimit: options.lineLimit,
    ring: services.relay.ringAndWait,
    // Nobody is left to be told of a connection that broke, and it is no error of ours.
    explain: error => reply.raw.destroyed ? undefined : problemDocumentOf(error, request)
  })
  // What goes wrong before the first line is answered with its status.
  const first = await lines.next()
  // A body that is not read to its end cannot be followed by another request.
  void reply.type(`${NDJSON}; charset=utf-8`).headers({ 'x-import-id': encodeURIComponent(importId), connection: 'close' })
  return linesStream({ first, lines, shown: shownOf(query), body: request.raw })
}

function importIdOf (request: FastifyRequest, { importId }: IntakeQuery): string {
  const key = idempotencyKey(request)
  if (key !== undefined && importId !== undefined && key !== importId) throw twoKeys()
  return importId ?? key ?? randomUUID()
}

function shownOf ({ results = 'all' }: IntakeQuery): (line: BulkLine) => boolean {
  return line => results === 'all' || line.type !== 'item' || line.status === 'rejected' || line.findings.length > 0
}

function twoKeys (): Problem {
  return simple(400, 'idempotency-key-invalid', {
    title: ['Hai khóa khác nhau', 'Two different keys'],
    detail: ['importId và Idempotency-Key khác nhau; chỉ dùng một trong hai.', 'importId and Idempotency-Key differ; use one of them.']
  })
}
