/** XML that we write: text and attributes are always escaped, so that nothing inside them can become markup. */

export interface XmlNode {
  /** As written, prefix included. */
  name: string
  attributes?: Readonly<Record<string, string | undefined>>
  content?: string | readonly XmlNode[]
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

export function xmlDocument (root: XmlNode): string {
  return `${DECLARATION}\n${xmlElement(root)}`
}

function xmlElement ({ name, attributes = {}, content = '' }: XmlNode): string {
  const written = Object.entries(attributes).flatMap(([key, value]) => value === undefined ? [] : [` ${key}="${escaped(value, '\t\n"')}"`]).join('')
  const inside = typeof content === 'string' ? escaped(content, '') : content.map(xmlElement).join('')
  return inside === '' ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`
}

/** What must be escaped, or what XML 1.0 cannot hold in any notation (its production Char, turned round). */
const SPECIAL = /[&<>"\t\n\r]|[^\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Read back it is the same text: a raw `\r` would become `\n`, and white space of an attribute a blank. */
function escaped (text: string, also: string): string {
  return text.replace(SPECIAL, character => {
    const name = NAMED[character]
    if (name !== undefined) return name
    if (character === '\r' || also.includes(character)) return `&#${character.charCodeAt(0)};`
    return '\t\n"'.includes(character) ? character : '\uFFFD'
  })
}
