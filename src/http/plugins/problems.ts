/** Every error leaves as `application/problem+json` (RFC 9457), never with a stack trace or a text of ours or a store's. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { xmlDocument } from '../../model/xml-write.js'
import { sqlState } from '../../db/open.js'
import { Problem, type ProblemOptions } from '../../base/problem.js'
import { problemAsXml, wantsXml } from './xml-answers.js'

const MEDIA_TYPE = 'application/problem+json; charset=utf-8'
const XML_MEDIA_TYPE = 'application/problem+xml; charset=utf-8'
const TYPE_BASE = 'urn:lienthong:problem:'

export default fp(async function problems (app) {
  app.setErrorHandler((error: FastifyError, request, reply) => answer(error, request, reply))
  app.setNotFoundHandler((request, reply) => answer(notFound(), request, reply))
}, { name: 'problems', fastify: '5.x' })

/** Also for what fails before any route is found, such as a path that cannot be decoded. */
export function answer (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { options } = problemOf(error, request)
  reply.code(options.status).headers({ ...options.headers, 'x-correlation-id': request.id })
  const document = problemDocument(options, request.id)
  if (wantsXml(request.headers.accept)) return reply.type(XML_MEDIA_TYPE).serializer(String).send(xmlDocument(problemAsXml(document)))
  return reply.type(MEDIA_TYPE).send(document)
}

/** Any error as a problem; what is a fault is logged. */
export function problemOf (error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  const problem = toProblem(error as FastifyError)
  const { status, code } = problem.options
  // Our own refusals are no errors of ours, and as many as there are pushes: why intake is closed is logged once.
  if (status >= 500) request.log.error({ event: 'http.error', code, err: safeError(error) })
  return problem
}

/** For an answer that has begun: its status is gone, the document still tells. */
export function problemDocumentOf (error: unknown, request: FastifyRequest): Record<string, unknown> {
  return problemDocument(problemOf(error, request).options, request.id)
}

export function problemDocument (options: ProblemOptions, correlationId: string): Record<string, unknown> {
  const { status, code, title, titleEn, detail, detailEn, errors = [], members = {} } = options
  return { type: TYPE_BASE + code, title, titleEn, status, code, detail, detailEn, errors, correlationId, ...members }
}

/** Name, code and places for our own log; a message, which may have several lines, may quote what a client sent. */
function safeError (error: unknown): Record<string, unknown> {
  const { name, code, stack } = error as { name?: string, code?: string, stack?: string }
  return { name, code, stack: stack?.split('\n').filter(line => /^\s+at /.test(line)).slice(0, 8).join('\n') }
}

const BY_FASTIFY_CODE: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => simple(413, 'body-too-large', {
    title: ['Nội dung quá lớn', 'The body is too large'],
    detail: ['Nội dung vượt quá giới hạn của hệ thống (BODY_LIMIT_BYTES); không có gì được lưu. Gửi tệp bằng đường dẫn, không nhúng vào hồ sơ.', 'The body is larger than the gateway takes (BODY_LIMIT_BYTES); nothing was stored. Send files as links, not inside a dossier.']
  }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => simple(415, 'unsupported-media-type', {
    title: ['Kiểu nội dung không được hỗ trợ', 'The content type is not supported'],
    detail: ['Gửi JSON với header Content-Type: application/json (hồ sơ và bước xử lý: cả application/xml); không có gì được lưu.', 'Send JSON with the header Content-Type: application/json (dossiers and steps: application/xml too); nothing was stored.']
  }),
  FST_ERR_BAD_URL: () => badPath(),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => malformed(),
  FST_ERR_CTP_INVALID_JSON_BODY: () => malformed(),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => malformed()
}

function toProblem (error: FastifyError): Problem {
  const known = BY_FASTIFY_CODE[error.code]
  if (known !== undefined) return known()
  if (error.validation !== undefined) return invalidParameters(error)
  if (error.statusCode === 400) return malformed()
  const state = sqlState(error)
  if (state === '53100') return storageFull()
  if (state === '53300' || /timeout exceeded when trying to connect/.test(error.message)) return databaseBusy()
  if (isStoreAway(error)) return storeAway()
  return internal()
}

/** PostgreSQL or the network to it is away, full, or stopping. A connection lost during COMMIT leaves the outcome open. */
function isStoreAway (error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined) return /^(08|53|57P|58)/.test(state) || state === '57014'
  const { code = '', message = '' } = error as { code?: string, message?: string }
  return /^(ECONN|ENOENT|ETIMEDOUT|EPIPE)/.test(code) || /Connection terminated|connection timeout/i.test(message)
}

function malformed (): Problem {
  return simple(400, 'malformed-json', {
    title: ['JSON không đọc được', 'The JSON cannot be read'],
    detail: ['Nội dung không phải JSON hợp lệ (UTF-8), hoặc có tên trường bị cấm như __proto__; không có gì được lưu.', 'The body is not valid JSON (UTF-8), or has a forbidden member name such as __proto__; nothing was stored.']
  })
}

function badPath (): Problem {
  return simple(400, 'malformed-path', {
    title: ['Đường dẫn không đọc được', 'The path cannot be read'],
    detail: ['Đường dẫn có mã %xx không hợp lệ. Mã hóa mã hồ sơ theo UTF-8.', 'The path has a %xx that is not valid. Encode the dossier code as UTF-8.']
  })
}

function notFound (): Problem {
  return simple(404, 'no-such-path', {
    title: ['Không có đường dẫn này', 'No such path'],
    detail: ['Kiểm tra đường dẫn và phương thức; danh sách ở /docs.', 'Check path and method; they are listed at /docs.']
  })
}

function storeAway (): Problem {
  const problem = simple(503, 'store-unavailable', {
    title: ['Cơ sở dữ liệu tạm thời không sẵn sàng', 'The database is not available'],
    detail: ['Gửi lại y nguyên sau vài giây, với cùng Idempotency-Key: yêu cầu chỉ được thực hiện một lần, kể cả khi kết nối mất đúng lúc ghi.', 'Send the same again in a few seconds, with the same Idempotency-Key: it is done once, even if the connection was lost while it was being written.']
  })
  return new Problem({ ...problem.options, headers: { 'retry-after': '5' } })
}

/** Every connection of this process is in use, or the server has none left (SQLSTATE 53300). */
function databaseBusy (): Problem {
  const problem = simple(503, 'database-busy', {
    title: ['Cơ sở dữ liệu đang quá bận', 'The database is too busy'],
    detail: ['Chưa lưu gì: không còn kết nối trống tới cơ sở dữ liệu. Gửi lại y nguyên sau vài giây, với cùng Idempotency-Key. Người vận hành: xem DATABASE_CONNECTIONS và lienthong doctor.', 'Nothing was stored: no connection to the database came free. Send the same again in a few seconds, with the same Idempotency-Key. Operators: see DATABASE_CONNECTIONS and lienthong doctor.']
  })
  return new Problem({ ...problem.options, headers: { 'retry-after': '5' } })
}

/** The server's disk is full (SQLSTATE 53100): the transaction was rolled back. */
function storageFull (): Problem {
  const problem = simple(503, 'storage-full', {
    title: ['Ổ đĩa của cơ sở dữ liệu đã đầy', 'The disk of the database is full'],
    detail: ['Chưa lưu gì. Gửi lại y nguyên sau, với cùng Idempotency-Key. Người vận hành: giải phóng ổ đĩa của máy chủ PostgreSQL.', 'Nothing was stored. Send the same again later, with the same Idempotency-Key. Operators: make room on the disk of the PostgreSQL server.']
  })
  return new Problem({ ...problem.options, headers: { 'retry-after': '60' } })
}

function internal (): Problem {
  return simple(500, 'internal-error', {
    title: ['Lỗi của hệ thống', 'Internal error'],
    detail: ['Lỗi ở phía hệ thống. Gửi lại với cùng Idempotency-Key; nếu còn lỗi, báo người vận hành kèm correlationId.', 'The fault is ours. Send again with the same Idempotency-Key; if it stays, tell the operators the correlationId.']
  })
}

function invalidParameters (error: FastifyError): Problem {
  const base = simple(400, 'invalid-parameter', {
    title: ['Tham số không hợp lệ', 'A parameter is not valid'],
    detail: ['Sửa tham số nêu trong "errors".', 'Mend the parameter named in "errors".']
  })
  const errors = (error.validation ?? []).map(({ instancePath, message }) => ({
    pointer: `/${String(error.validationContext)}${instancePath}`,
    code: 'parameter-invalid',
    message: 'Giá trị không đúng quy định.',
    messageEn: `The value is not allowed: ${String(message)}.`
  }))
  return new Problem({ ...base.options, errors })
}

type Pair = readonly [vi: string, en: string]

export function simple (status: number, code: string, texts: { title: Pair, detail: Pair }): Problem {
  const { title: [title, titleEn], detail: [detail, detailEn] } = texts
  return new Problem({ status, code, title, titleEn, detail, detailEn })
}
