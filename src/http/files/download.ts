/** `GET /files/{id}`: what the national side fetches under a signed link. No login; the signature is the right (pitfall 41). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { Counter } from 'prom-client'
import { isFileId } from '../../model/file-reference.js'
import { recordAudit } from '../../db/audit.js'
import { dossiersOfFile, findFile, noteView, type FileRow } from '../../files/files.sql.js'
import type { Database } from '../../db/open.js'
import { attachmentHeader } from '../../files/name.js'
import { fileGone, fileStorageAway, linkInvalid, rangeNotSatisfiable } from '../../files/problems.js'
import { readRange } from '../../files/range.js'
import type { ByteRange } from '../../files/storage.js'
import { typeById } from '../../files/types.js'
import type { Need } from '../needs.js'

type LinkRequest = FastifyRequest<{ Params: { id: string }, Querystring: Record<string, unknown> }>

/** A reader that takes nothing for so long has gone. */
const IDLE_MS = 60_000
/** More dossiers than that share a form, and a look at it is no event of theirs. */
const DOSSIERS_NAMED = 20

export async function fileDownloadRoutes (app: FastifyInstance, { services }: { services: Need<'attempts' | 'db' | 'files'> }): Promise<void> {
  const { db, files } = services
  const answers = new Counter({ name: 'lienthong_file_downloads_total', help: 'Answers to links of files, by status.', labelNames: ['status'], registers: [services.attempts.registry] })
  app.addHook('onResponse', async (_request, reply) => { answers.inc({ status: String(reply.statusCode) }) })

  app.route<{ Params: { id: string }, Querystring: Record<string, unknown> }>({
    method: ['GET', 'HEAD'],
    url: '/files/:id',
    schema: { hide: true },
    handler: async (request, reply) => {
      const { id } = request.params
      const link = files.links.verify({ id, expires: request.query.expires, signature: request.query.signature }, new Date())
      if (link === undefined || !isFileId(id)) throw linkInvalid()
      const file = await findFile(db, id)
      if (file === undefined) throw fileGone()
      describe(reply, file)
      if (request.headers['if-none-match'] === etagOf(file)) return reply.code(304).send()
      const range = wantedRange(request, file)
      if (range === 'outside') throw rangeNotSatisfiable(file.size)
      await noteFetch(db, { file, keyId: link.keyId, partial: request.method === 'HEAD' || (range?.first ?? 0) > 0 })
      announceLength(reply, file, range)
      return request.method === 'HEAD' ? reply.send() : reply.send(await openContent(services, { file, range, reply }))
    }
  })
}

/** To be saved and not shown: a paper is a stranger's content under our address. */
function describe (reply: FastifyReply, file: FileRow): void {
  reply.headers({
    'content-type': typeById(file.type)?.mediaType ?? 'application/octet-stream',
    'content-disposition': attachmentHeader(file.name),
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'accept-ranges': 'bytes',
    etag: etagOf(file)
  })
}

function etagOf ({ sha256 }: FileRow): string {
  return `"${sha256}"`
}

/** A part of another content than the client has begun with would damage what it has (RFC 9110 §13.1.5). */
function wantedRange ({ headers }: LinkRequest, file: FileRow): ByteRange | 'outside' | undefined {
  const ifRange = headers['if-range']
  return ifRange === undefined || ifRange === etagOf(file) ? readRange(headers.range, Number(file.size)) : undefined
}

function announceLength (reply: FastifyReply, { size }: FileRow, range: ByteRange | undefined): void {
  if (range === undefined) reply.header('content-length', size)
  else reply.code(206).headers({ 'content-length': String(range.last - range.first + 1), 'content-range': `bytes ${range.first}-${range.last}/${size}` })
}

interface Fetch {
  file: FileRow
  keyId: string
  /** Not from the beginning: one fetch may come as thousands of these. */
  partial: boolean
}

/** Before a byte leaves. In the history of the dossiers that have the file; no address of the reader, no name. */
async function noteFetch (db: Database, { file: { id }, keyId, partial }: Fetch): Promise<void> {
  const first = await noteView(db, id)
  if (partial && !first) return
  const codes = await dossiersOfFile(db, id, DOSSIERS_NAMED)
  const entry = { actor: `link:${keyId}`, action: 'file.viewed' as const, details: { file: id, partial } }
  await recordAudit(db, codes.length === 0 ? [entry] : codes.map(dossierCode => ({ ...entry, dossierCode })))
}

async function openContent ({ files }: Need<'files'>, { file, range, reply }: { file: FileRow, range: ByteRange | undefined, reply: FastifyReply }): Promise<Readable> {
  reply.raw.setTimeout(IDLE_MS, () => { reply.raw.destroy() })
  try {
    return await files.storage.open(file.sha256, range)
  } catch (error) {
    reply.request.log.error({ event: 'files.content-missing', file: file.id, code: (error as NodeJS.ErrnoException).code })
    throw fileStorageAway()
  }
}
