/**
 * The addresses at which provincial systems speak a partner's own format (docs/drop-in.md). They are outside /v1: each adapter
 * says which there are, its settings open them, and every answer, also to what failed, is in that format.
 */
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AcceptOperation, AcceptReply, AcceptRoute, RefusalReason } from '../../adapter-kit/contract/accept.js'
import { isDeeperThan } from '../../model/json.js'
import { createCallerCheck } from '../../operations/accept/caller.js'
import { Refused } from '../../operations/accept/refused.js'
import { serve, type AcceptContext } from '../../operations/accept/serve.js'
import type { Client } from '../../db/keys.js'
import type { Validator } from '../../dossier/validate.js'
import { reserveClient } from '../plugins/auth.js'
import { closingCause } from '../plugins/backpressure.js'
import { problemOf } from '../plugins/problems.js'
import type { Need } from '../needs.js'
import { intakeOptions } from '../../dossier/intake-options.js'
import { partnerReview } from '../../dossier/preview.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'

export interface AcceptRouteOptions {
  services: Need<'adapters' | 'books' | 'db' | 'files' | 'relay' | 'watch'>
  validator: Validator
  outboundPaused: boolean
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route at which a partner's own format is spoken. */
    accepts?: AcceptRoute
  }
}

const RETRY_SECONDS = '30'
/** Far above what any message of a partner has. */
const MOST_LEVELS = 32

export async function acceptRoutes (app: FastifyInstance, options: AcceptRouteOptions): Promise<void> {
  for (const adapter of options.services.adapters.values()) {
    const { accept } = adapter.adapter
    const routes = accept?.routes(adapter.settings) ?? []
    if (accept !== undefined && routes.length > 0) await app.register(async scope => { openRoutes(scope, routes, contextOf({ adapter, accept, log: app.log }, options)) })
  }
}

interface Speaker {
  adapter: ActiveAdapter
  accept: AcceptOperation
  log: FastifyBaseLogger
}

function contextOf ({ adapter, accept, log }: Speaker, { services, validator, outboundPaused }: AcceptRouteOptions): AcceptContext {
  const { db, books, relay, watch } = services
  return {
    db,
    books,
    adapter,
    accept,
    validator,
    outboundPaused,
    // Neither who nor from where: a key that was typed into the wrong field must not get into a log.
    callers: createCallerCheck(db, why => { log.warn({ event: 'accept.caller-refused', adapter: adapter.manifest.id, why }) }),
    isOpen: () => closingCause(watch.closedBy) === undefined,
    intakeOf: clientId => intakeOptions(services, clientId),
    review: async () => await partnerReview(services),
    ring: lanes => { relay.ring(lanes) }
  }
}

function openRoutes (app: FastifyInstance, routes: readonly AcceptRoute[], context: AcceptContext): void {
  const reply = repliesOf(context)
  reserveClient(app)
  app.addHook('onRequest', async request => { tolerateContentType(request) })
  app.setErrorHandler(async (error, request, to) => await send(to, reply(request, refusalOf(error, request))))
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      exposeHeadRoute: false,
      config: { accepts: route },
      schema: { hide: true },
      // Before the body is read: a stranger costs one look-up and no parsing.
      ...(route.caller === 'header' ? { onRequest: async (request: FastifyRequest) => { request.client = await context.callers.byHeader(request.headers.authorization) } } : {}),
      handler: async (request, to) => await handle(context, { request, to, route })
    })
  }
}

interface Handling {
  request: FastifyRequest
  to: FastifyReply
  route: AcceptRoute
}

async function handle (context: AcceptContext, { request, to, route }: Handling): Promise<FastifyReply> {
  const { accept, adapter: { settings, codes } } = context
  if (isDeeperThan(request.body, MOST_LEVELS)) throw new Refused({ why: 'unreadable' })
  const reading = accept.read({ form: route.form, values: valuesOf(request), body: request.body }, { settings, codes })
  const said = await serve(context, {
    reading,
    client: (request.client as Client | null) ?? undefined,
    signal: gone(to),
    identified: client => { request.client = client }
  })
  return await send(to, accept.answer(said, { form: route.form, service: reading.service, settings }))
}

async function send (to: FastifyReply, { status, type, body }: AcceptReply): Promise<FastifyReply> {
  if (status === 401) to.header('www-authenticate', 'Bearer, Basic realm="lienthong"')
  if (status === 503) to.header('retry-after', RETRY_SECONDS)
  return await to.code(status).type(type).send(body)
}

/** The service of an address is known before any body; that of an envelope which could not be read is not. */
function repliesOf ({ accept, adapter: { settings } }: AcceptContext): (request: FastifyRequest, refused: Refused) => AcceptReply {
  return (request, { refusal }) => {
    const { form = '' } = request.routeOptions.config.accepts ?? {}
    const { service = '' } = request.params as { service?: string }
    return accept.answer({ said: 'refused', refusal }, { form, service, settings })
  }
}

const BY_STATUS: Readonly<Record<number, RefusalReason>> = { 400: 'unreadable', 413: 'too-large', 415: 'unreadable', 503: 'unavailable' }

/** Failures keep their meaning and lose their text: it is worded for /v1. */
function refusalOf (error: unknown, request: FastifyRequest): Refused {
  if (error instanceof Refused) return error
  return new Refused({ why: BY_STATUS[problemOf(error, request).options.status] ?? 'fault' })
}

/** Known clients send JSON under any content type, or under none (contract §1.2). */
function tolerateContentType ({ headers }: FastifyRequest): void {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  if (hasBody) headers['content-type'] = 'application/json'
  else delete headers['content-type']
}

/** Parameters given twice say nothing. */
function valuesOf ({ query, params }: FastifyRequest): Record<string, string> {
  const given = { ...query as Record<string, unknown>, ...params as Record<string, unknown> }
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** A client that has hung up waits for no partner. */
function gone ({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  raw.once('close', () => { controller.abort() })
  return controller.signal
}
