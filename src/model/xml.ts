/**
 * XML that came from outside, read without trust: no DTD, no entities but the five predefined ones and numbers, limits on
 * everything that can grow. What is well-formed is the business of `saxes`, which is strict; the limits are ours.
 */
import { SaxesParser, type SaxesAttributeNS, type SaxesTagNS } from 'saxes'
import { decodeUtf8, decodeUtf8Head } from './text.js'
import { beyondLimit, doctypeRefused, malformedXml, notUtf8, type XmlLimits } from './xml-error.js'

export interface XmlAttribute {
  /** Without prefix. */
  name: string
  /** Empty for none. */
  namespace: string
  value: string
}

export interface XmlElement {
  /** Without prefix. May be any name, `__proto__` too: never use it as a key of a plain object. */
  name: string
  /** Empty for none. */
  namespace: string
  /** Without namespace declarations. */
  attributes: XmlAttribute[]
  children: XmlElement[]
  /** The text directly inside, CDATA included, with its white space; comments and what stands in children left out. */
  text: string
}

export const XML_LIMITS: Readonly<XmlLimits> = {
  bytes: 1_048_576,
  depth: 32,
  elements: 50_000,
  attributes: 64,
  nameLength: 256,
  attributeLength: 4096,
  textLength: 262_144
}

const XMLNS = 'http://www.w3.org/2000/xmlns/'

/**
 * The root element of a document. Bytes must be UTF-8, with or without a byte order mark; of a string, which has no
 * encoding, the declared one is ignored. Text is never trimmed or turned into numbers. Throws `XmlError`.
 */
export function parseXml (document: string | Buffer, limits: Partial<XmlLimits> = {}): XmlElement {
  const bounds = { ...XML_LIMITS, ...limits }
  if (Buffer.byteLength(document) > bounds.bytes) throw beyondLimit('bytes', bounds.bytes)
  const text = typeof document === 'string' ? document : decodeUtf8(document)
  // UTF-16 of plain letters is valid UTF-8 too, with a NUL in every other place.
  if (text === undefined || text.includes('\0')) throw notUtf8()
  const { parser, root } = openParser(bounds, typeof document === 'string')
  parser.write(text).close()
  return root()
}

/**
 * The beginning of a document, as far as it stands within so many bytes: elements that have begun are there with what
 * they hold so far. What lies behind is not looked at, and costs nothing.
 */
export function parseXmlHead (document: Buffer, bytes: number): XmlElement {
  const text = decodeUtf8Head(document.subarray(0, bytes))
  if (text === undefined || text.includes('\0')) throw notUtf8()
  const { parser, root } = openParser(XML_LIMITS, false)
  parser.write(text)
  return root()
}

function openParser (bounds: XmlLimits, decoded: boolean): { parser: SaxesParser<{ xmlns: true }>, root: () => XmlElement } {
  const parser = new SaxesParser({ xmlns: true })
  const root = buildTree(parser, bounds)
  parser.on('doctype', () => { throw doctypeRefused() })
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0') throw malformedXml(placeOf(parser))
    if (!decoded && !/^utf-?8$/i.test(encoding ?? 'utf-8')) throw notUtf8()
  })
  // Without this handler saxes throws an error whose text quotes the document.
  parser.on('error', () => { throw malformedXml(placeOf(parser)) })
  return { parser, root }
}

/** The child of that name, or undefined; the first where there are several. */
export function childOf (element: XmlElement, name: string, namespace = element.namespace): XmlElement | undefined {
  return element.children.find(child => child.name === name && child.namespace === namespace)
}

function placeOf (parser: SaxesParser<{ xmlns: true }>): { line: number, column: number } {
  return { line: parser.line, column: parser.column + 1 }
}

type Check = (limit: keyof XmlLimits, value: number) => void

/** Every check stands where the thing is first seen, so that nothing is built that is beyond a limit. */
function buildTree (parser: SaxesParser<{ xmlns: true }>, bounds: XmlLimits): () => XmlElement {
  const check: Check = (limit, value) => { if (value > bounds[limit]) throw beyondLimit(limit, bounds[limit]) }
  const open: XmlElement[] = []
  let root: XmlElement | undefined
  let elements = 0
  let attributes = 0
  const append = (text: string): void => {
    const element = open.at(-1)
    // White space around the root.
    if (element === undefined) return
    check('textLength', element.text.length + text.length)
    element.text += text
  }
  parser.on('opentagstart', ({ name }) => {
    check('depth', open.length + 1)
    check('elements', ++elements)
    check('nameLength', name.length)
    attributes = 0
  })
  parser.on('attribute', ({ name, value }) => {
    check('attributes', ++attributes)
    check('nameLength', name.length)
    check('attributeLength', value.length)
  })
  parser.on('opentag', tag => {
    const element = elementOf(tag)
    if (root === undefined) root = element
    else open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', () => { open.pop() })
  return () => {
    if (root === undefined) throw malformedXml(placeOf(parser))
    return root
  }
}

function elementOf ({ local, uri, attributes }: SaxesTagNS): XmlElement {
  return { name: local, namespace: uri, attributes: Object.values(attributes).filter(isNoDeclaration).map(attributeOf), children: [], text: '' }
}

function isNoDeclaration ({ uri }: SaxesAttributeNS): boolean {
  return uri !== XMLNS
}

function attributeOf ({ local, name, prefix, uri, value }: SaxesAttributeNS): XmlAttribute {
  return { name: prefix === '' ? name : local, namespace: uri, value }
}
