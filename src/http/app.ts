/** The HTTP application, without `listen`. */
import { randomUUID } from 'node:crypto'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fastify, { errorCodes, LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { decodeUtf8 } from '../model/text.js'
import type { Config, Role } from '../config/gateway.js'
import { createValidator } from '../dossier/validate.js'
import { limitedLog } from '../base/log.js'
import auth from './plugins/auth.js'
import backpressure from './plugins/backpressure.js'
import bodyDeadline from './plugins/body-deadline.js'
import openapi from './plugins/openapi.js'
import problems, { answer } from './plugins/problems.js'
import { acceptRoutes } from './accept/routes.js'
import { adapterRoutes } from './adapters/routes.js'
import { alertRoutes } from './alerts/routes.js'
import { auditRoutes } from './audit/routes.js'
import { callbackRoutes } from './callbacks/routes.js'
import { catalogueRoutes } from './catalogue/routes.js'
import { codeRoutes } from './codes/routes.js'
import { deliveryRoutes } from './deliveries/routes.js'
import { deliveryEvidenceRoutes } from './deliveries/evidence.js'
import { dossierRoutes } from './dossiers/routes.js'
import { fileDownloadRoutes } from './files/download.js'
import { fileRoutes } from './files/upload.js'
import { endpointRoutes } from './endpoints/routes.js'
import { eventRoutes } from './events/routes.js'
import { healthRoutes } from './health/routes.js'
import { bulkRoutes } from './bulk/routes.js'
import { bulkJobRoutes } from './bulk/jobs.js'
import { inboundRoutes } from './inbound/routes.js'
import { paymentRoutes } from './payments/routes.js'
import { reconciliationRoutes } from './reconciliations/routes.js'
import { redriveRoutes } from './redrives/routes.js'
import { soapService } from './soap/service.js'
import type { Needs } from './needs.js'

export interface AppOptions {
  services: Needs
  config: Config
  log: Logger
  role: Role
}

export async function buildApp ({ services, config, log, role }: AppOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.bodyLimitBytes,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    trustProxy: config.trustProxy.length === 0 ? false : config.trustProxy,
    // Each route has its own: src/http/plugins/body-deadline.ts.
    requestTimeout: 0,
    frameworkErrors: (error, request, reply) => { void answer(error, request, reply) },
    // Longer than any code: a code that is too long is told so, and not that its path does not exist.
    routerOptions: { maxParamLength: 1000 },
    // A stop closes idle connections at once and lets running requests end.
    forceCloseConnections: 'idle'
  })
  readJsonStrictly(app)
  useOurValidation(app)
  logRequests(app)
  await app.register(problems)
  await app.register(bodyDeadline)
  await app.register(openapi)
  await app.register(healthRoutes, { services, role })
  if (role === 'worker') return app
  await app.register(fileDownloadRoutes, { services })
  await app.register(callbackRoutes, { services, config, limited: limitedLog(log) })
  const validator = createValidator()
  await app.register(acceptRoutes, { services, validator, outboundPaused: config.outboundPaused })
  await app.register(async api => {
    await api.register(auth, { db: services.db })
    await api.register(backpressure, { closedBy: services.watch.closedBy })
    await api.register(dossierRoutes, { services, validator })
    await api.register(fileRoutes, { services, limits: config.files })
    await api.register(bulkRoutes, { services, validator, lineLimit: config.bodyLimitBytes, maxMb: config.importMaxMb, leaseSeconds: config.leaseSeconds })
    await api.register(bulkJobRoutes, { services })
    await api.register(paymentRoutes, { services })
    await api.register(deliveryRoutes, { services })
    await api.register(deliveryEvidenceRoutes, { services })
    await api.register(redriveRoutes, { services, confirmAbove: config.redriveConfirmAbove })
    await api.register(adapterRoutes, { services })
    await api.register(codeRoutes, { services })
    await api.register(catalogueRoutes, { services, outboundPaused: config.outboundPaused })
    await api.register(reconciliationRoutes, { services })
    await api.register(alertRoutes, { services, nearDueHours: config.nearDueHours })
    await api.register(inboundRoutes, { services })
    await api.register(auditRoutes, { services })
    await api.register(eventRoutes, { services })
    await api.register(endpointRoutes, { services })
  }, { prefix: '/v1' })
  await app.register(soapService, { services, validator, closedBy: services.watch.closedBy })
  return app
}

/** Bytes that are no UTF-8 would become replacement characters without a word: they are refused as malformed. */
function readJsonStrictly (app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  void app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = decodeUtf8(body as Buffer)
    if (text === undefined) done(new errorCodes.FST_ERR_CTP_INVALID_JSON_BODY())
    else void parse(request, text, done)
  })
}

/** Bodies are checked by `dossier/validate.ts`, which answers in two languages; this is for parameters. */
function useOurValidation (app: FastifyInstance): void {
  // Schemas of our own routes: checking each against the meta-schema would be half of a start's work.
  const ajv = new Ajv2020({ allErrors: true, coerceTypes: true, removeAdditional: false, useDefaults: true, strict: false, meta: false, validateSchema: false })
  app.setValidatorCompiler(({ schema, httpPart }) => httpPart === 'body' ? () => true : ajv.compile(schema as object))
  app.setSerializerCompiler(() => data => JSON.stringify(data))
}

/** One line a request, by route and never by URL. */
function logRequests (app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug({
      event: 'http.answered',
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      client: (request as { client?: { id: string } | null }).client?.id,
      elapsedMs: Math.round(reply.elapsedTime)
    })
  })
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-correlation-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
  })
}
