/** A SOAP envelope, of either version, out of a parsed document. */
import { childOf, type XmlElement } from '../../model/xml.js'
import { xmlDocument, type XmlNode } from '../../model/xml-write.js'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'

export type SoapVersion = '1.1' | '1.2'

export const SOAP_VERSIONS: Readonly<Record<SoapVersion, { namespace: string, mediaType: string, role: string }>> = {
  1.1: { namespace: 'http://schemas.xmlsoap.org/soap/envelope/', mediaType: 'text/xml', role: 'actor' },
  1.2: { namespace: 'http://www.w3.org/2003/05/soap-envelope', mediaType: 'application/soap+xml', role: 'role' }
}

/** Roles in which a header is meant for us: no role, the next one, the last one. */
const OUR_ROLES = [
  '', 'http://schemas.xmlsoap.org/soap/actor/next',
  'http://www.w3.org/2003/05/soap-envelope/role/next', 'http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver'
]

export function versionOf ({ namespace }: XmlElement): SoapVersion | undefined {
  return (Object.keys(SOAP_VERSIONS) as SoapVersion[]).find(version => SOAP_VERSIONS[version].namespace === namespace)
}

/** The headers that are for us, of a whole envelope or of one that has begun. */
export function headersOf (root: XmlElement): XmlElement[] {
  if (root.name !== 'Envelope') throw invalidEnvelope()
  const version = versionOf(root)
  if (version === undefined) throw versionMismatch()
  return (childOf(root, 'Header')?.children ?? []).filter(header => isForUs(header, version))
}

export function operationOf (root: XmlElement): XmlElement {
  const [operation, ...others] = childOf(root, 'Body')?.children ?? []
  if (operation === undefined || others.length > 0) throw invalidEnvelope()
  return operation
}

function isForUs ({ attributes }: XmlElement, version: SoapVersion): boolean {
  const { namespace, role } = SOAP_VERSIONS[version]
  const given = attributes.find(attribute => attribute.name === role && attribute.namespace === namespace)?.value.trim() ?? ''
  return OUR_ROLES.includes(given)
}

/** A header that must be understood and is not stops everything: it may change what the message means. */
export function refuseUnknownHeaders (headers: readonly XmlElement[], understood: (header: XmlElement) => boolean): void {
  const unknown = headers.filter(header => mustBeUnderstood(header) && !understood(header))
  if (unknown.length > 0) throw notUnderstood(unknown.map(({ name }) => name.slice(0, 80)))
}

function mustBeUnderstood ({ attributes }: XmlElement): boolean {
  return attributes.some(({ name, namespace, value }) => name === 'mustUnderstand' && isSoap(namespace) && ['1', 'true'].includes(value.trim()))
}

function isSoap (namespace: string): boolean {
  return Object.values(SOAP_VERSIONS).some(version => version.namespace === namespace)
}

export function writeEnvelope (version: SoapVersion, body: XmlNode): string {
  return xmlDocument({ name: 'soap:Envelope', attributes: { 'xmlns:soap': SOAP_VERSIONS[version].namespace }, content: [{ name: 'soap:Body', content: [body] }] })
}

function invalidEnvelope (): Problem {
  return simple(400, 'soap-envelope-invalid', {
    title: ['Không phải phong bì SOAP', 'Not a SOAP envelope'],
    detail: ['Cần Envelope có Body với đúng một phần tử (xem /soap?wsdl); không có gì được lưu.', 'Needed is an Envelope whose Body has exactly one element (see /soap?wsdl); nothing was stored.']
  })
}

function versionMismatch (): Problem {
  return simple(400, 'soap-version-mismatch', {
    title: ['Phiên bản SOAP không được hỗ trợ', 'The SOAP version is not supported'],
    detail: ['Dùng SOAP 1.1 hoặc 1.2; không có gì được lưu.', 'Use SOAP 1.1 or 1.2; nothing was stored.']
  })
}

function notUnderstood (names: readonly string[]): Problem {
  const list = names.slice(0, 10).join(', ')
  return simple(400, 'soap-header-not-understood', {
    title: ['Header SOAP bắt buộc không được hỗ trợ', 'A mandatory SOAP header is not supported'],
    detail: [`Header có mustUnderstand mà hệ thống không xử lý: ${list}. Bỏ các header này (ví dụ tắt WS-Addressing); không có gì được lưu.`, `Headers with mustUnderstand that the gateway does not process: ${list}. Leave them out (for instance turn WS-Addressing off); nothing was stored.`]
  })
}
