/** Why an XML document was refused, in words that quote nothing of it: it may hold personal data. */
import type { BilingualText } from './bilingual.js'

export interface XmlLimits {
  /** Of the whole document, in UTF-8. */
  bytes: number
  /** Elements inside each other, the root included. */
  depth: number
  /** Elements in all. */
  elements: number
  /** Attributes of one element, namespace declarations included. */
  attributes: number
  /** Characters of a name, of an element or an attribute, prefix included. */
  nameLength: number
  /** Characters of an attribute's value. */
  attributeLength: number
  /** Characters of the text directly inside one element. */
  textLength: number
}

export type XmlErrorCode = 'malformed-xml' | 'xml-doctype' | 'xml-encoding' | 'xml-limit'

/** Line and column are 1-based; absent where the bytes are no text. */
export interface XmlPlace {
  line: number
  column: number
}

export class XmlError extends Error {
  readonly code: XmlErrorCode
  readonly text: BilingualText
  readonly limit: keyof XmlLimits | undefined

  constructor (code: XmlErrorCode, text: BilingualText, limit?: keyof XmlLimits) {
    super(`${code}: ${text.en}`)
    this.name = 'XmlError'
    this.code = code
    this.text = text
    this.limit = limit
  }
}

export function malformedXml (place: XmlPlace): XmlError {
  return new XmlError('malformed-xml', {
    vi: `XML không đúng cú pháp ở dòng ${place.line}, cột ${place.column} hoặc ngay trước đó. Kiểm tra thẻ đóng, dấu ngoặc kép và các ký tự &, < chưa được viết thành &amp; và &lt;.`,
    en: `The XML is not well-formed at line ${place.line}, column ${place.column} or shortly before. Look for end tags, quotes, and & or < that were not written as &amp; and &lt;.`
  })
}

/** No DTD at all: whatever could be declared in one (entities, defaults) has no place in a message. */
export function doctypeRefused (): XmlError {
  return new XmlError('xml-doctype', {
    vi: 'XML có DOCTYPE (DTD); hệ thống không nhận DTD và không mở rộng thực thể. Bỏ DOCTYPE rồi gửi lại.',
    en: 'The XML has a DOCTYPE (DTD); no DTD is taken and no entity is expanded. Leave the DOCTYPE out and send again.'
  })
}

export function notUtf8 (): XmlError {
  return new XmlError('xml-encoding', {
    vi: 'XML không phải UTF-8, hoặc phần khai báo ghi bảng mã khác. Ghi XML bằng UTF-8 và khai báo encoding="UTF-8".',
    en: 'The XML is not UTF-8, or its declaration names another encoding. Write it in UTF-8 and declare encoding="UTF-8".'
  })
}

const LIMIT_NAMES: Readonly<Record<keyof XmlLimits, BilingualText>> = {
  bytes: { vi: 'byte trong tài liệu', en: 'bytes in the document' },
  depth: { vi: 'phần tử lồng nhau', en: 'elements inside each other' },
  elements: { vi: 'phần tử', en: 'elements' },
  attributes: { vi: 'thuộc tính trong một phần tử', en: 'attributes of one element' },
  nameLength: { vi: 'ký tự trong một tên', en: 'characters of a name' },
  attributeLength: { vi: 'ký tự trong một thuộc tính', en: 'characters of an attribute' },
  textLength: { vi: 'ký tự trong một phần tử', en: 'characters of one element' }
}

export function beyondLimit (limit: keyof XmlLimits, value: number): XmlError {
  const { vi, en } = LIMIT_NAMES[limit]
  return new XmlError('xml-limit', {
    vi: `XML vượt giới hạn ${value} ${vi}. Kiểm tra phần mềm tạo ra tài liệu.`,
    en: `The XML has more than ${value} ${en}. Look at the software that wrote it.`
  }, limit)
}
