/** `/soap`: the service for older systems, SOAP 1.1 and 1.2, and its WSDL. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { XmlElement } from '../../model/xml.js'
import type { Client } from '../../db/keys.js'
import { DOSSIER_NAMESPACE } from '../../dossier/xml-form.js'
import type { Problem } from '../../base/problem.js'
import { admit, bearerKey, clientOf, reserveClient, unauthorized } from '../plugins/auth.js'
import { refuseWhileFull, type BackpressureOptions } from '../plugins/backpressure.js'
import { problemOf, simple } from '../plugins/problems.js'
import { idempotencyKey } from '../requests/idempotency-key.js'
import type { Pushing } from '../dossiers/push.js'
import { readXml, readXmlHead } from '../dossiers/xml-forms.js'
import { headersOf, operationOf, refuseUnknownHeaders, SOAP_VERSIONS, versionOf, writeEnvelope, type SoapVersion } from './envelope.js'
import { faultStatus, writeFault } from './faults.js'
import { OPERATIONS, runOperation, type Operation } from './operations.js'
import { isSecurity, readSecurity } from './security.js'
import { writeWsdl } from './wsdl.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the envelope, once it is known to be one. */
    soapVersion: SoapVersion | null
  }
}

/** Room for the headers of an envelope: a token, a timestamp, and what toolkits add. */
const HEAD_BYTES = 16_384

export interface SoapOptions extends Pushing, BackpressureOptions {}

export async function soapService (app: FastifyInstance, options: SoapOptions): Promise<void> {
  const { db } = options.services
  reserveClient(app)
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
    await authenticate(options, request)
    const root = openEnvelope(request, readXml(request, bodyOf(request)))
    const headers = headersOf(root)
    refuseUnknownHeaders(headers, isSecurity)
    // Who was let in by the HTTP header may ask for more in the envelope: what is not supported is refused, never skipped.
    readSecurity(headers, new Date())
    const element = operationOf(root)
    const { scope, intake } = known(element)
    await admit(db, request.client, scope)
    if (intake) refuseWhileFull(options.closedBy)
    const answer = await runOperation(options, element, { clientId: request.client.id, key: idempotencyKey(request) })
    const version = request.soapVersion ?? '1.1'
    return reply.type(mediaType(version)).send(writeEnvelope(version, answer))
  })
}

/** By the envelope, where the HTTP header says nothing: only its beginning is read for a stranger. */
async function authenticate ({ services: { db } }: SoapOptions, request: FastifyRequest): Promise<void> {
  // The decorator's initial value.
  if ((request.client as Client | null) !== null) return
  const root = openEnvelope(request, readXmlHead(request, bodyOf(request), HEAD_BYTES))
  const token = readSecurity(headersOf(root), new Date())
  const client = await clientOf(db, token?.password)
  if (client.id !== token?.username) throw unauthorized()
  request.client = client
}

/** A request without content type and body is not parsed at all. */
function bodyOf ({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

function openEnvelope (request: FastifyRequest, root: XmlElement): XmlElement {
  request.soapVersion = versionOf(root) ?? (root.name === 'Envelope' ? '1.1' : null)
  return root
}

function known ({ name, namespace }: XmlElement): Operation {
  const operation = namespace === DOSSIER_NAMESPACE && Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined
  if (operation === undefined) throw unknownOperation()
  return operation
}

function answerFault (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = problemOf(error, request).options
  const options = told.code === 'unsupported-media-type' ? wrongType().options : told
  const version = request.soapVersion ?? (/^application\/soap\+xml/i.test(request.headers['content-type'] ?? '') ? '1.2' : '1.1')
  const fault = writeFault(version, options, request.id)
  return reply.code(faultStatus(request.soapVersion ?? undefined, options)).headers({ ...options.headers }).type(mediaType(version)).send(writeEnvelope(version, fault))
}

function mediaType (version: SoapVersion): string {
  return `${SOAP_VERSIONS[version].mediaType}; charset=utf-8`
}

function wrongType (): Problem {
  return simple(415, 'unsupported-media-type', {
    title: ['Kiểu nội dung không được hỗ trợ', 'The content type is not supported'],
    detail: ['Gửi phong bì SOAP 1.1 với Content-Type: text/xml, hoặc SOAP 1.2 với application/soap+xml; không dùng MTOM, tệp gửi bằng đường dẫn. Không có gì được lưu.', 'Send a SOAP 1.1 envelope as text/xml, or SOAP 1.2 as application/soap+xml; no MTOM, files are sent as links. Nothing was stored.']
  })
}

function unknownOperation (): Problem {
  return simple(404, 'soap-operation-unknown', {
    title: ['Không có thao tác này', 'No such operation'],
    detail: [`Trong Body cần một trong: ${Object.keys(OPERATIONS).join(', ')}, namespace ${DOSSIER_NAMESPACE} (xem /soap?wsdl).`, `The Body needs one of: ${Object.keys(OPERATIONS).join(', ')}, of the namespace ${DOSSIER_NAMESPACE} (see /soap?wsdl).`]
  })
}
