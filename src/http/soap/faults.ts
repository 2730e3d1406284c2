/** A problem as a SOAP fault; the whole problem (RFC 9457) stands in the detail. */
import type { XmlNode } from '../../model/xml-write.js'
import type { ProblemOptions } from '../../base/problem.js'
import { problemDocument } from '../plugins/problems.js'
import { problemAsXml } from '../plugins/xml-answers.js'
import type { SoapVersion } from './envelope.js'
import { WSSE } from './security.js'

/** Codes that the standards name themselves; every other problem is the sender's or ours by its status. */
const SOAP_CODES: Readonly<Record<string, string>> = { 'soap-version-mismatch': 'VersionMismatch', 'soap-header-not-understood': 'MustUnderstand' }
const WSSE_CODES: Readonly<Record<string, string>> = {
  unauthorized: 'FailedAuthentication',
  'soap-security-unsupported': 'UnsupportedSecurityToken',
  'soap-message-expired': 'MessageExpired'
}

export function writeFault (version: SoapVersion, options: ProblemOptions, correlationId: string): XmlNode {
  const detail = problemAsXml(problemDocument(options, correlationId))
  return version === '1.1' ? fault11(options, detail) : fault12(options, detail)
}

/**
 * What is no envelope at all is answered as HTTP has it. For a fault that answers one, SOAP 1.1 §6.2 demands 500, and 1.2
 * (part 2, table 20) 400 for the sender's faults; generated clients read a fault at no other status.
 */
export function faultStatus (version: SoapVersion | undefined, { status, code }: ProblemOptions): number {
  if (version === undefined) return status
  return version === '1.2' && status < 500 && !Object.hasOwn(SOAP_CODES, code) ? 400 : 500
}

function fault11 (options: ProblemOptions, detail: XmlNode): XmlNode {
  const { code, status } = options
  const wsse = WSSE_CODES[code]
  const name = wsse === undefined ? `soap:${SOAP_CODES[code] ?? (status < 500 ? 'Client' : 'Server')}` : `wsse:${wsse}`
  return {
    name: 'soap:Fault',
    content: [
      { name: 'faultcode', attributes: { 'xmlns:wsse': wsse === undefined ? undefined : WSSE }, content: name },
      { name: 'faultstring', attributes: { 'xml:lang': 'vi' }, content: words(options.title, options.detail) },
      { name: 'detail', content: [detail] }
    ]
  }
}

function fault12 (options: ProblemOptions, detail: XmlNode): XmlNode {
  const { code, status } = options
  const wsse = WSSE_CODES[code]
  const subcode: XmlNode = wsse === undefined
    ? { name: 'soap:Value', attributes: { 'xmlns:lt': 'urn:lienthong:problem' }, content: `lt:${code}` }
    : { name: 'soap:Value', attributes: { 'xmlns:wsse': WSSE }, content: `wsse:${wsse}` }
  return {
    name: 'soap:Fault',
    content: [
      {
        name: 'soap:Code',
        content: [
          { name: 'soap:Value', content: `soap:${SOAP_CODES[code] ?? (status < 500 ? 'Sender' : 'Receiver')}` },
          { name: 'soap:Subcode', content: [subcode] }
        ]
      },
      { name: 'soap:Reason', content: [reason('vi', options.title, options.detail), reason('en', options.titleEn, options.detailEn)] },
      { name: 'soap:Detail', content: [detail] }
    ]
  }
}

function reason (language: string, title: string, detail: string): XmlNode {
  return { name: 'soap:Text', attributes: { 'xml:lang': language }, content: words(title, detail) }
}

function words (title: string, detail: string): string {
  return `${title}: ${detail}`
}
