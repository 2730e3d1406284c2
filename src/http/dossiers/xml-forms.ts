/** Bodies in XML, on the routes whose document has an XML form, and receipts in XML. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseXml, parseXmlHead, type XmlElement } from '../../model/xml.js'
import { notUtf8, XmlError } from '../../model/xml-error.js'
import type { XmlNode } from '../../model/xml-write.js'
import type { Receipt } from '../../dossier/intake.js'
import { invalidDocument } from '../../dossier/problems.js'
import { canonicalSchema } from '../../dossier/schemas.js'
import { DOSSIER_NAMESPACE, readXmlForm, rootFault, writeXmlForm, type FormSchema } from '../../dossier/xml-form.js'
import type { Problem, ProblemItem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'

type FormName = 'dossier' | 'progress'

const RECEIPT: FormSchema = canonicalSchema('receipt')

declare module 'fastify' {
  interface FastifyRequest {
    /** What was wrong with the form of the body, as the schema cannot see it. */
    bodyFaults: readonly ProblemItem[] | null
  }
  interface FastifyContextConfig {
    /** The document the route takes as XML too. */
    xmlForm?: FormName
  }
}

export function parseXmlForms (app: FastifyInstance): void {
  const schemas: Readonly<Record<FormName, FormSchema>> = { dossier: canonicalSchema('dossier'), progress: canonicalSchema('progress') }
  app.decorateRequest('bodyFaults', null)
  app.addContentTypeParser(['application/xml', 'text/xml'], { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    // Only routes with a form have a body; one without would take no XML either.
    const form = request.routeOptions.config.xmlForm ?? 'dossier'
    const root = readXml(request, body)
    const fault = rootFault(root, form)
    if (fault !== undefined) throw invalidDocument([fault])
    const { value, faults } = readXmlForm(root, schemas[form])
    request.bodyFaults = faults
    return value
  })
}

/** The body's root element. */
export function readXml (request: FastifyRequest, body: Buffer): XmlElement {
  return parsed(request, () => parseXml(body, { bytes: request.routeOptions.bodyLimit }))
}

/** The same of the body's beginning. */
export function readXmlHead (request: FastifyRequest, body: Buffer, bytes: number): XmlElement {
  return parsed(request, () => parseXmlHead(body, bytes))
}

function parsed ({ headers }: FastifyRequest, parse: () => XmlElement): XmlElement {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8'
  try {
    if (!/^utf-?8$/i.test(charset)) throw notUtf8()
    return parse()
  } catch (error) {
    throw error instanceof XmlError ? unreadable(error) : error
  }
}

function unreadable ({ code, text: { vi, en } }: XmlError): Problem {
  return simple(400, code, { title: ['XML không đọc được', 'The XML cannot be read'], detail: [`${vi} Không có gì được lưu.`, `${en} Nothing was stored.`] })
}

/** The body as `/docs` shows it. */
export function documentedBody (name: FormName): Record<string, unknown> {
  const schema = canonicalSchema(name)
  return {
    content: {
      'application/json': { schema },
      'application/xml': { schema: { ...schema, xml: { name, namespace: DOSSIER_NAMESPACE } } }
    }
  }
}

export function receiptAsXml (receipt: Receipt): XmlNode {
  return { ...writeXmlForm(receipt, 'receipt', RECEIPT), attributes: { xmlns: DOSSIER_NAMESPACE } }
}
