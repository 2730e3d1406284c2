/** `POST /v1/files`: one file as the request's body, streamed to the storage (ADR 0021 says why not multipart). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { toHanoi } from '../../model/dates.js'
import { fileReference } from '../../model/file-reference.js'
import type { Config } from '../../config/gateway.js'
import type { FileRow } from '../../files/files.sql.js'
import { checkedName, nameInHeader } from '../../files/name.js'
import { fileEmpty, fileNameInvalid, fileTooLarge, fileTypeNotAllowed, uploadBrokenOff } from '../../files/problems.js'
import { receiveFile, type Upload } from '../../files/receive.js'
import { declaredType, FILE_TYPES, typeById } from '../../files/types.js'
import type { Need } from '../needs.js'
import { arrivingChunks } from '../requests/arriving.js'

export interface FileRouteOptions {
  services: Need<'db' | 'files'>
  limits: Pick<Config['files'], 'maxBytes' | 'types' | 'unreferencedHours'>
}

interface UploadQuery {
  name?: string
  sha256?: string
}

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 255, description: 'Tên tệp; nếu không có thì lấy từ Content-Disposition. / The file\'s name; without it, that of Content-Disposition.' },
    sha256: { type: 'string', pattern: '^[0-9A-Fa-f]{64}$', description: 'SHA-256 của nội dung; sai thì bị từ chối. / SHA-256 of the content; another one is refused.' }
  }
}

const ANSWER = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    url: { type: 'string', description: 'Ghi vào "url" của giấy tờ trong hồ sơ. / To be written into a document\'s "url".' },
    sha256: { type: 'string' },
    size: { type: 'integer' },
    type: { type: 'string' },
    name: { type: 'string' },
    keptUntil: { type: 'string', description: 'Xóa sau lúc này nếu chưa hồ sơ nào dùng. / Removed after this unless a dossier refers to it.' }
  }
}

/** 50 MB over a line of half a megabit. */
const BODY_SECONDS = 900
/** A client that sends nothing for so long has gone. */
const IDLE_MS = 30_000
/** How long the rest of a refused body is read, so that a client that only then looks finds the answer. */
const LINGER_MS = 10_000

export async function fileRoutes (app: FastifyInstance, { services, limits }: FileRouteOptions): Promise<void> {
  const stopping = new AbortController()
  app.addHook('preClose', async () => { stopping.abort() })
  // Of this scope alone: the body is read by the handler, as it comes.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request: FastifyRequest, payload: unknown, done: (error: null, body: unknown) => void) => { done(null, payload) })

  app.post<{ Querystring: UploadQuery, Body: Readable | undefined }>('/files', {
    config: { scope: 'files:write', intake: 'files', bodySeconds: BODY_SECONDS },
    schema: {
      summary: 'Tải một tệp lên để hồ sơ dùng / Upload a file for dossiers to refer to',
      consumes: FILE_TYPES.map(({ mediaType }) => mediaType),
      querystring: QUERY,
      body: { type: 'string', format: 'binary' },
      response: { 200: ANSWER, 201: ANSWER }
    }
  }, async (request, reply) => {
    lingerBriefly(request, reply)
    const upload = readDeclaration(request, limits)
    if (request.body == null) throw fileEmpty()
    const chunks = arrivingChunks(request.body, { idleMs: IDLE_MS, stopping: stopping.signal, brokenOff: uploadBrokenOff })
    const { file, known } = await receiveFile(whole(chunks, request), upload, { db: services.db, storage: services.files.storage, maxBytes: limits.maxBytes })
    return reply.code(known ? 200 : 201).send(fileView(file, limits.unreferencedHours))
  })
}

/** What the request says of its file, before a byte of it is read. */
function readDeclaration ({ client, headers, query }: FastifyRequest<{ Querystring: UploadQuery }>, { maxBytes, types }: FileRouteOptions['limits']): Upload {
  const name = checkedName(query.name ?? nameInHeader(headers['content-disposition'] ?? '') ?? '')
  if (name === undefined) throw fileNameInvalid()
  const type = declaredType(headers['content-type'] ?? '', name, types)
  if (type === undefined) throw fileTypeNotAllowed(types)
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw fileTooLarge(maxBytes)
  return { clientId: client.id, name, type, sha256: query.sha256?.toLowerCase() }
}

/** A client that leaves is no error of ours. */
async function * whole (chunks: AsyncIterable<Buffer>, { raw }: FastifyRequest): AsyncGenerator<Buffer> {
  try {
    yield * chunks
  } catch (error) {
    throw raw.complete || !raw.destroyed ? error : uploadBrokenOff(400)
  }
}

/** Node reads and drops what is left of a body after the answer; a client that goes on and on is cut. */
function lingerBriefly ({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('finish', () => {
    if (raw.complete) return
    const timer = setTimeout(() => { raw.destroy() }, LINGER_MS)
    raw.once('close', () => { clearTimeout(timer) })
  })
}

function fileView ({ id, sha256, size, type, name, uploaded_at: uploadedAt }: FileRow, hours: number): Record<string, unknown> {
  return {
    id,
    url: fileReference(id),
    sha256,
    size: Number(size),
    type: typeById(type)?.mediaType,
    name,
    keptUntil: toHanoi(new Date(uploadedAt.getTime() + hours * 3_600_000))
  }
}
