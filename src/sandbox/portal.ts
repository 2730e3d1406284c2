/**
 * The portal's addresses. Generation A has two, behind both names of the bus adapter and without one (contract §1.1);
 * generation B has one per service behind a province's wrapper (§1.7).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { callRefused, wire } from './answers.js'
import type { SandboxOutcome } from './answers.js'
import { readCall } from './call.js'
import type { Call } from './call.js'
import { work } from './state.js'
import type { SandboxState } from './state.js'
import { misbehave, send } from './misbehave.js'
import { readWrapperCall } from './wrapper-call.js'

export interface PortalOptions {
  state: SandboxState
  closing: AbortSignal
}

const PREFIXES = ['/XrdAdapter/RestService/forward', '/VXPAdapter/RestService/forward', '']

// `mapi/g` stands in a brief only: no public source confirms the data path (contract §1.1). One path takes writes and
// reads here; real installations configure the two separately.
const PATHS = { login: '/mapi/login', data: '/mapi/g' } as const

/** Both are addresses that were seen (contract §1.7). */
const WRAPPERS = ['/KetNoiMotCuaQuocGia', '/test/api/SynsTTHCC']

export async function portalRoutes (app: FastifyInstance, { state, closing }: PortalOptions): Promise<void> {
  // Bytes, whatever the content type says: the request log keeps what came, readable or not.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error: HttpError, _request, reply) => {
    const { status, type, body } = wire(refusalOf(error), state.settings.current())
    return reply.code(status).type(type).send(body)
  })
  for (const prefix of PREFIXES) {
    for (const path of ['login', 'data'] as const) {
      app.post(prefix + PATHS[path], (request, reply) =>
        receive({ state, closing }, readCall({ path, body: bodyOf(request), dstcode: dstcodeOf(request) }), reply))
    }
  }
  for (const prefix of WRAPPERS) {
    app.route<{ Params: { address: string }, Querystring: Record<string, unknown> }>({
      // Which method reads want is not known (*inferred*: either).
      method: ['GET', 'POST'],
      url: `${prefix}/:address`,
      handler: (request, reply) => receive({ state, closing }, readWrapperCall({
        address: request.params.address,
        query: request.query,
        body: bodyOf(request),
        authorization: request.headers.authorization
      }), reply)
    })
  }
}

interface HttpError {
  statusCode?: number
  message: string
}

function refusalOf ({ statusCode = 500, message }: HttpError): SandboxOutcome {
  return callRefused(statusCode === 413 ? 'Nội dung gửi lên vượt quá 2 MB' : message, statusCode)
}

async function receive ({ state, closing }: PortalOptions, call: Call, reply: FastifyReply): Promise<FastifyReply> {
  const entry = state.log.arrived(call)
  const fault = state.faults.strike(entry.call)
  if (fault === undefined) {
    send({ entry, reply }, work(state, entry))
    return reply
  }
  entry.fault = { id: fault.id, kind: fault.rule.kind }
  await misbehave({ state, entry, rule: fault.rule, reply, closing })
  return reply
}

function bodyOf ({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

function dstcodeOf ({ headers, query }: FastifyRequest): string | undefined {
  const given = headers['dstcode'] ?? (query as Record<string, unknown>)['dstcode']
  return typeof given === 'string' ? given : undefined
}
