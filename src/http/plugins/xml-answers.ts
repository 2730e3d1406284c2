/** Answers as XML, for clients that take nothing else. */
import { isRecord } from '../../model/json.js'
import type { XmlNode } from '../../model/xml-write.js'

/** The namespace and the form of a problem in XML (RFC 9457, appendix B), lists as `i` elements. */
export const PROBLEM_NAMESPACE = 'urn:ietf:rfc:7807'
export const PROBLEM_ITEM = 'i'

const XML_TYPES = ['application/xml', 'text/xml', 'application/problem+xml']

/** XML is asked for, and nothing that JSON would do for. */
export function wantsXml (accept: string | undefined): boolean {
  const types = (accept ?? '').split(',').map(part => part.split(';')[0]?.trim().toLowerCase() ?? '').filter(type => type !== '')
  return types.length > 0 && types.every(type => XML_TYPES.includes(type))
}

export function problemAsXml (document: Record<string, unknown>): XmlNode {
  return { name: 'problem', attributes: { xmlns: PROBLEM_NAMESPACE }, content: membersOf(document) }
}

function membersOf (value: Record<string, unknown>): XmlNode[] {
  return Object.entries(value).filter(([, member]) => member !== undefined && member !== null).map(([name, member]) => nodeOf(name, member))
}

function nodeOf (name: string, value: unknown): XmlNode {
  if (Array.isArray(value)) return { name, content: value.map(item => nodeOf(PROBLEM_ITEM, item)) }
  return { name, content: isRecord(value) ? membersOf(value) : String(value) }
}
