/**
 * The partners' calls to us: `/callbacks/{adapter}/{operation}` and the paths that they really use. Bodies are taken to the
 * byte, whatever their type, and every answer is in the partner's own form.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { present } from '../../model/present.js'
import { isInside, parseNetworks, type Networks } from '../../base/addresses.js'
import type { InboundRefusal, InboundRequest, WireReply } from '../../adapter-kit/contract/receive.js'
import { checkCaller } from '../../operations/receive/caller-check.js'
import { inboundOperations, type InboundOperation } from '../../operations/receive/operations.js'
import { paymentRecords } from '../../operations/receive/payments.js'
import { receive, refuseUnread, type ReceiveContext } from '../../operations/receive/receive.js'
import { createBodyMemory, type BodyMemory } from '../../operations/receive/body-memory.js'
import { createRefusalGate } from '../../operations/receive/refusals.js'
import type { Config } from '../../config/gateway.js'
import { createInboundMetrics } from '../../health/inbound-metrics.js'
import { closingCause } from '../plugins/backpressure.js'
import type { Need } from '../needs.js'

export interface CallbackRouteOptions {
  services: Need<'attempts' | 'db' | 'installed' | 'watch'>
  config: Pick<Config, 'bodyLimitBytes' | 'trustProxy' | 'clientSubjectHeader'>
  /** At most one line a second for each event. */
  limited: ReceiveContext['limited']
}

const NOTHING = Buffer.alloc(0)
/** For a partner that obeys it; the others come again in their own time. */
const RETRY_SECONDS = 30
const CLOSED = 'nothing is set by which the partner could be known (INBOUND_ALLOW, INBOUND_SUBJECTS or a key of the adapter): every call is refused'
/** A message with files in it comes over a slow line. */
const LARGE_BYTES = 1_048_576
const LARGE_SECONDS = 120
/** Of all calls that a process is answering. */
const ROOM_BYTES = 67_108_864

interface Offering {
  context: ReceiveContext
  room: BodyMemory
  subjectOf: (request: FastifyRequest) => string | undefined
  isClosed: () => boolean
}

export async function callbackRoutes (app: FastifyInstance, { services, config, limited }: CallbackRouteOptions): Promise<void> {
  const { installed, watch, attempts, db } = services
  const offering: Offering = {
    context: { db, payments: paymentRecords, metrics: createInboundMetrics(attempts.registry), gate: createRefusalGate(Date.now), log: app.log as ReceiveContext['log'], limited },
    room: createBodyMemory(ROOM_BYTES),
    subjectOf: subjectReader(config),
    isClosed: () => closingCause(watch.closedBy) !== undefined
  }
  // Of this scope alone: a signature covers the bytes, and a partner's content type is not to be relied on.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body) })
  for (const operation of inboundOperations(installed.values(), config.bodyLimitBytes)) {
    const { adapter, name, closed } = operation
    if (closed) app.log.warn({ event: 'inbound.closed', adapter, operation: name }, CLOSED)
    offer(app, operation, offering)
  }
}

function offer (app: FastifyInstance, operation: InboundOperation, { context, room, subjectOf, isClosed }: Offering): void {
  const requestOf = (request: FastifyRequest): InboundRequest => inboundRequest(operation, request, subjectOf(request))
  const away = async (request: FastifyRequest, reply: FastifyReply, outcome: InboundRefusal | 'failed'): Promise<FastifyReply> => {
    // The body is not read: it must not stand in the way of the next request.
    void reply.header('connection', 'close')
    return send(reply, await refuseUnread(context, { operation, request: requestOf(request) }, outcome))
  }
  const route = {
    bodyLimit: operation.maxBytes,
    config: operation.maxBytes > LARGE_BYTES ? { bodySeconds: LARGE_SECONDS } : {},
    // For the partners, and not for the portals of the province: docs/callbacks.md.
    schema: { hide: true },
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      const refusal = checkCaller(operation, { address: request.ip, certificateSubject: subjectOf(request) })
      if (refusal !== undefined) return away(request, reply, refusal)
      const leave = isClosed() ? undefined : room.enter(announcedBytes(request, operation))
      if (leave === undefined) return away(request, reply, 'failed')
      reply.raw.once('finish', leave).once('close', leave)
      return undefined
    },
    errorHandler: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => { void away(request, reply, unread(error, operation)) }
  }
  for (const url of operation.paths) app.post(url, route, async (request, reply) => send(reply, await receive(context, operation, requestOf(request))))
}

function inboundRequest (operation: InboundOperation, request: FastifyRequest, certificateSubject: string | undefined): InboundRequest {
  return {
    operation: operation.name,
    path: request.routeOptions.url ?? '',
    headers: texts(request.headers),
    query: texts(request.query as Record<string, unknown>),
    body: Buffer.isBuffer(request.body) ? request.body : NOTHING,
    address: request.ip,
    ...present({ certificateSubject }),
    receivedAt: new Date()
  }
}

/** As much as it says, or as it may be. */
function announcedBytes ({ headers }: FastifyRequest, { maxBytes }: InboundOperation): number {
  const length = Number(headers['content-length'])
  return Number.isFinite(length) ? Math.min(length, maxBytes) : maxBytes
}

/** What was given several times is left out: which of them counts is not for us to choose. */
function texts (values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => typeof value === 'string' ? [[name, value]] : []))
}

/** The header counts only where it was set by a proxy that is believed: anybody can send one. */
function subjectReader ({ trustProxy, clientSubjectHeader }: CallbackRouteOptions['config']): (request: FastifyRequest) => string | undefined {
  const proxies: Networks | undefined = parseNetworks(trustProxy)
  return ({ headers, socket }) => {
    const subject = clientSubjectHeader === undefined ? undefined : headers[clientSubjectHeader]
    return typeof subject === 'string' && proxies !== undefined && isInside(proxies, socket.remoteAddress ?? '') ? subject : undefined
  }
}

/** Why a body could not be read. Anything else is our fault. */
function unread ({ code, statusCode }: FastifyError, { maxBytes }: InboundOperation): InboundRefusal | 'failed' {
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { reason: 'malformed', code: 'body-too-large', message: { vi: `Nội dung lớn hơn ${maxBytes} byte.`, en: `The body is larger than ${maxBytes} bytes.` } }
  if (statusCode === undefined || statusCode >= 500) return 'failed'
  return { reason: 'malformed', code: 'body-unreadable', message: { vi: 'Không đọc được nội dung.', en: 'The body cannot be read.' } }
}

async function send (reply: FastifyReply, { status, body, mediaType }: WireReply): Promise<FastifyReply> {
  const text = typeof body === 'string'
  if (status === 503) void reply.header('retry-after', RETRY_SECONDS)
  return reply.code(status).type(mediaType ?? (text ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8')).send(text ? body : JSON.stringify(body))
}
