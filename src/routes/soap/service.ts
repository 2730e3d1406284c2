/** `/soap`: the service for older systems, SOAP 1.1 and 1.2, and its WSDL. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { XmlElement } from '../../adapter-kit/xml.js'
import type { Client } from '../../db/keys.js'
import { DOSSIER_NAMESPACE } from '../../dossier/xml-form.js'
import type { Problem } from '../../errors.js'
import { admit, bearerKey, clientOf, unauthorized } from '../../plugins/auth.js'
import { refuseWhileFull, type BackpressureOptions } from '../../plugins/backpressure.js'
import { problemOf, simple } from '../../plugins/problems.js'
import { idempotencyKey } from '../idempotency-key.js'
import type { Pushing } from '../push.js'
import { readXml } from '../xml-forms.js'
import { readEnvelope, refuseUnknownHeaders, SOAP_VERSIONS, versionOf, writeEnvelope, type SoapVersion } from './envelope.js'
import { faultStatus, writeFault } from './faults.js'
import { OPERATIONS, runOperation } from './operations.js'
import { isSecurity, readSecurity } from './security.js'
import { writeWsdl } from './wsdl.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the envelope, once it is known to be one. */
    soapVersion: SoapVersion | null
  }
}

export interface SoapOptions extends Pushing, BackpressureOptions {}

export async function soapService (app: FastifyInstance, options: SoapOptions): Promise<void> {
  const { db } = options.services
  app.decorateRequest('client', null as unknown as Client)
  app.decorateRequest('soapVersion', null)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(Object.values(SOAP_VERSIONS).map(({ mediaType }) => mediaType), { parseAs: 'buffer' }, (_, body, done) => { done(null, body) })
  app.setErrorHandler((error: FastifyError, request, reply) => answerFault(error, request, reply))

  app.get('/soap', { schema: { hide: true } }, async (request, reply) => {
    return reply.type('text/xml; charset=utf-8').send(writeWsdl(`${request.protocol}://${request.host}/soap`))
  })

  // A wrong key in the header is told before the body is read; without a header the envelope may hold one.
  const early = async (request: FastifyRequest): Promise<void> => {
    if (request.headers.authorization !== undefined) request.client = await clientOf(db, bearerKey(request))
  }
  app.post('/soap', { schema: { hide: true }, onRequest: early }, async (request, reply) => {
    const { headers, operation } = openEnvelope(request)
    refuseUnknownHeaders(headers, isSecurity)
    await authenticate(options, request, headers)
    const { scope, intake } = operationOf(operation)
    await admit(db, request.client, scope)
    if (intake) refuseWhileFull(options.closedBy)
    const answer = await runOperation(options, operation, { clientId: request.client.id, key: idempotencyKey(request) })
    const version = request.soapVersion ?? '1.1'
    return reply.type(mediaType(version)).send(writeEnvelope(version, answer))
  })
}

function openEnvelope (request: FastifyRequest): ReturnType<typeof readEnvelope> {
  const root = readXml(request, request.body as Buffer)
  request.soapVersion = versionOf(root) ?? (root.name === 'Envelope' ? '1.1' : null)
  return readEnvelope(root)
}

/** The header goes before the envelope; a security header is looked at all the same, for it may ask for more. */
async function authenticate ({ services: { db } }: SoapOptions, request: FastifyRequest, headers: readonly XmlElement[]): Promise<void> {
  const token = readSecurity(headers, new Date())
  // The decorator's initial value: no key in the header.
  if ((request.client as Client | null) !== null) return
  if (token === undefined) throw unauthorized()
  const client = await clientOf(db, token.password)
  if (client.id !== token.username) throw unauthorized()
  request.client = client
}

function operationOf ({ name, namespace }: XmlElement): typeof OPERATIONS[string] {
  const operation = namespace === DOSSIER_NAMESPACE && Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined
  if (operation === undefined) throw unknownOperation()
  return operation
}

function answerFault (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const options = problemOf(error, request)
  const version = request.soapVersion ?? (/^application\/soap\+xml/i.test(request.headers['content-type'] ?? '') ? '1.2' : '1.1')
  const fault = writeFault(version, options, request.id)
  return reply.code(faultStatus(request.soapVersion ?? undefined, options)).headers({ ...options.headers }).type(mediaType(version)).send(writeEnvelope(version, fault))
}

function mediaType (version: SoapVersion): string {
  return `${SOAP_VERSIONS[version].mediaType}; charset=utf-8`
}

function unknownOperation (): Problem {
  return simple(404, 'soap-operation-unknown', {
    title: ['Không có thao tác này', 'No such operation'],
    detail: [`Trong Body cần một trong: ${Object.keys(OPERATIONS).join(', ')}, namespace ${DOSSIER_NAMESPACE} (xem /soap?wsdl).`, `The Body needs one of: ${Object.keys(OPERATIONS).join(', ')}, of the namespace ${DOSSIER_NAMESPACE} (see /soap?wsdl).`]
  })
}
