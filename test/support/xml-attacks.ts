/** Hostile documents, each with the code it must be refused with. `inside` puts a piece of XML into a good document. */
import type { XmlErrorCode } from '../../src/model/xml-error.js'

export interface XmlAttack {
  document: Buffer
  code: XmlErrorCode
}

type Inside = (xml: string) => string

const laughs = (levels: number, width: number): string =>
  Array.from({ length: levels }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(width)}">`).join('')

function withDtd (root: string, subset: string, xml: string): Buffer {
  return Buffer.from(`<!DOCTYPE ${root} [${subset}]>${xml}`)
}

/** `victim` is what an external entity would fetch, if one were. */
export function xmlAttacks (root: string, inside: Inside, victim: string): Record<string, XmlAttack> {
  const dtd = (subset: string, xml: string): XmlAttack => ({ document: withDtd(root, subset, inside(xml)), code: 'xml-doctype' })
  const raw = (document: string | Buffer, code: XmlErrorCode): XmlAttack => ({ document: Buffer.from(document as string), code })
  const body = inside('')
  return {
    'billion laughs': dtd(`<!ENTITY l0 "ha">${laughs(10, 10)}`, '<note>&l10;</note>'),
    'quadratic blow-up': dtd(`<!ENTITY big "${'x'.repeat(200_000)}">`, `<note>${'&big;'.repeat(100_000)}</note>`),
    'an external entity, a file': dtd('<!ENTITY x SYSTEM "file:///etc/passwd">', '<note>&x;</note>'),
    'an external entity, an address': dtd(`<!ENTITY x SYSTEM "${victim}">`, '<note>&x;</note>'),
    'an external DTD': { document: Buffer.from(`<!DOCTYPE ${root} SYSTEM "${victim}">${body}`), code: 'xml-doctype' },
    'parameter entities': dtd(`<!ENTITY % p SYSTEM "${victim}"> %p; <!ENTITY % q "<!ENTITY x 'y'>"> %q;`, '<note>&x;</note>'),
    'a DOCTYPE without anything in it': raw(`<!DOCTYPE ${root}>${body}`, 'xml-doctype'),
    'a DOCTYPE in the middle': raw(inside('<!DOCTYPE note>'), 'malformed-xml'),
    'an entity that nobody declared': raw(inside('<note>&nbsp;</note>'), 'malformed-xml'),
    'entities named like members of every object': raw(inside('<note>&constructor;&toString;&__proto__;</note>'), 'malformed-xml'),
    'a reference to a control character': raw(inside('<note>&#1;</note>'), 'malformed-xml'),
    '10,000 elements inside each other': raw(inside('<a>'.repeat(10_000) + '</a>'.repeat(10_000)), 'xml-limit'),
    '100,000 elements opened and never closed': raw(inside('<a>'.repeat(100_000)), 'xml-limit'),
    '10,000 attributes': raw(inside(`<note ${Array.from({ length: 10_000 }, (_, n) => `a${n}="x"`).join(' ')}/>`), 'xml-limit'),
    '10,000 namespaces': raw(inside(`<note ${Array.from({ length: 10_000 }, (_, n) => `xmlns:a${n}="x"`).join(' ')}/>`), 'xml-limit'),
    'an attribute of 900,000 characters': raw(inside(`<note a="${'x'.repeat(900_000)}"/>`), 'xml-limit'),
    'a name of 900,000 characters': raw(inside(`<${'x'.repeat(900_000)}/>`), 'xml-limit'),
    'a text of 900,000 characters': raw(inside(`<note>${'x'.repeat(900_000)}</note>`), 'xml-limit'),
    '250,000 elements': raw(inside('<a/>'.repeat(250_000)), 'xml-limit'),
    'an attribute given twice': raw(inside('<note a="1" a="2"/>'), 'malformed-xml'),
    'an attribute given twice by two prefixes': raw(inside('<note xmlns:p="u:x" xmlns:q="u:x" p:a="1" q:a="2"/>'), 'malformed-xml'),
    'a prefix that is not declared': raw(inside('<p:note/>'), 'malformed-xml'),
    'a start tag without end': raw(inside('<note>'), 'malformed-xml'),
    'an end tag of another element': raw(inside('<note></other>'), 'malformed-xml'),
    'two roots': raw(body + body, 'malformed-xml'),
    'text after the root': raw(`${body}x`, 'malformed-xml'),
    'a bare ampersand': raw(inside('<note>a & b</note>'), 'malformed-xml'),
    'an attribute without quotes': raw(inside('<note a=1/>'), 'malformed-xml'),
    'an empty document': raw('', 'malformed-xml'),
    'a document of blanks': raw(' \n ', 'malformed-xml'),
    'JSON for XML': raw('{"code":"1"}', 'malformed-xml'),
    'XML 1.1, where control characters are allowed': raw(`<?xml version="1.1"?>${body}`, 'malformed-xml'),
    'bytes that are no UTF-8': raw(Buffer.concat([Buffer.from(body), Buffer.from([0xff])]), 'xml-encoding'),
    'a letter cut in half': raw(Buffer.concat([Buffer.from(body), Buffer.from([0xe1, 0xba])]), 'xml-encoding'),
    'UTF-16 declared as UTF-8': raw(Buffer.from(`\uFEFF<?xml version="1.0" encoding="UTF-8"?>${body}`, 'utf16le'), 'xml-encoding'),
    'UTF-16 without a byte order mark': raw(Buffer.from('<a/>', 'utf16le'), 'xml-encoding'),
    'UTF-8 declared as UTF-16': raw(`<?xml version="1.0" encoding="utf-16"?>${body}`, 'xml-encoding'),
    'TCVN3 declared and sent': raw(`<?xml version="1.0" encoding="TCVN-5712"?>${body}`, 'xml-encoding')
  }
}
