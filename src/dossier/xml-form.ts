/**
 * The XML form of a document whose JSON Schema we have: members are elements of the same name, a list is an element with
 * `item` elements inside. The schema decides what is a list, a number, a boolean or text; what is wrong with a value is left
 * to the schema's own check, so that both forms get the same findings. Pure.
 */
import { raise, type FindingKind, type FindingValues, type Path } from '../model/findings.js'
import { isRecord } from '../model/json.js'
import type { XmlAttribute, XmlElement } from '../model/xml.js'
import type { XmlNode } from '../model/xml-write.js'
import type { ProblemItem } from '../base/problem.js'
import { asItem } from './problems.js'
import { XML_KINDS as KINDS } from './xml-kinds.js'

export const DOSSIER_NAMESPACE = 'https://lienthong.vn/schemas/dossier'
export const ITEM = 'item'

/** A JSON Schema without references. */
export type FormSchema = Readonly<Record<string, unknown>>

export interface ReadForm {
  /** As JSON would have given it, for the schema to check. */
  value: unknown
  /** What the schema cannot see. */
  faults: ProblemItem[]
}

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
const XML = 'http://www.w3.org/XML/1998/namespace'
const MAX_FAULTS = 100
/** Names come from outside; they are told, but not at any length. */
const NAME_SHOWN = 80

type Report = (kind: FindingKind, path: Path, values?: FindingValues) => void

interface Place {
  schema: FormSchema | undefined
  path: Path
  report: Report
}

/** Why an element is not the document of that name at all; then nothing inside it is worth a word. */
export function rootFault (root: XmlElement, name: string): ProblemItem | undefined {
  if (root.name !== name) return asItem(raise(KINDS.root, [], { name }))
  return isForeign(root) ? asItem(raise(KINDS.namespace, [], { name })) : undefined
}

/** What `rootFault` has let through. */
export function readXmlForm (root: XmlElement, schema: FormSchema): ReadForm {
  const faults: ProblemItem[] = []
  const report: Report = (kind, path, values) => { if (faults.length < MAX_FAULTS) faults.push(asItem(raise(kind, path, values))) }
  const value = read(root, { schema, path: [], report })
  return { value, faults }
}

function read (element: XmlElement, place: Place): unknown {
  const { schema, path, report } = place
  for (const { name } of element.attributes.filter(isUnknown)) report(KINDS.attribute, path, { name: shown(name) })
  if (isNil(element)) return null
  const bare = element.children.length === 0
  if (!bare && element.text.trim() !== '') report(KINDS.text, path)
  switch (schema?.['type']) {
    case 'object': return bare && element.text.trim() !== '' ? element.text : readMembers(element, place)
    case 'array': return bare && element.text.trim() !== '' ? element.text : readItems(element, place)
    default: return bare ? readScalar(element.text, schema) : readMembers(element, place)
  }
}

function readMembers ({ children }: XmlElement, { schema, path, report }: Place): Record<string, unknown> {
  const properties = schema?.['properties']
  const members = new Map<string, unknown>()
  for (const child of children) {
    const { name } = child
    const at = [...path, shown(name)]
    if (isForeign(child)) report(KINDS.namespace, at, { name: shown(name) })
    if (members.has(name)) report(KINDS.repeated, at, { name: shown(name) })
    else members.set(name, read(child, { schema: ownMember(properties, name), path: at, report }))
  }
  // Unlike assignment this makes a member of `__proto__` too; no schema names it, so it is refused by name.
  return Object.fromEntries(members)
}

function readItems ({ children }: XmlElement, { schema, path, report }: Place): unknown[] {
  const items = schema?.['items'] as FormSchema | undefined
  return children.map((child, index) => {
    const at = [...path, index]
    if (isForeign(child)) report(KINDS.namespace, at, { name: shown(child.name) })
    else if (child.name !== ITEM) report(KINDS.item, at, { name: shown(child.name) })
    return read(child, { schema: items, path: at, report })
  })
}

/** Text that is no number or boolean stays text, so that the schema says which type is wanted. `007` is no number. */
function readScalar (text: string, schema: FormSchema | undefined): unknown {
  const bare = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
  if (schema?.['type'] === 'integer' && /^-?(0|[1-9]\d*)$/.test(bare)) return Number(bare)
  if (schema?.['type'] === 'boolean' && /^(true|false|1|0)$/.test(bare)) return bare === 'true' || bare === '1'
  return text
}

function ownMember (properties: unknown, name: string): FormSchema | undefined {
  return isRecord(properties) && Object.hasOwn(properties, name) ? properties[name] as FormSchema : undefined
}

function isForeign ({ namespace }: XmlElement): boolean {
  return namespace !== '' && namespace !== DOSSIER_NAMESPACE
}

/**
 * What serialisers add says nothing about a document: our schema alone decides types, and white space is always kept.
 * `xsi:nil` is looked at.
 */
function isUnknown ({ name, namespace }: XmlAttribute): boolean {
  if (namespace === XML) return name !== 'space'
  return namespace !== XSI || !['nil', 'type', 'schemaLocation', 'noNamespaceSchemaLocation'].includes(name)
}

function isNil ({ attributes, children, text }: XmlElement): boolean {
  const nil = attributes.find(({ name, namespace }) => name === 'nil' && namespace === XSI)?.value.trim()
  return (nil === 'true' || nil === '1') && children.length === 0 && text.trim() === ''
}

function shown (name: string): string {
  return name.length > NAME_SHOWN ? `${name.slice(0, NAME_SHOWN)}…` : name
}

/** The members that the schema names, in its order; null ones are left out. */
export function writeXmlForm (value: unknown, name: string, schema: FormSchema): XmlNode {
  return { name, content: contentOf(value, schema) }
}

function contentOf (value: unknown, schema: FormSchema): string | XmlNode[] {
  if (Array.isArray(value)) return value.map(item => writeXmlForm(item, ITEM, schema['items'] as FormSchema))
  if (!isRecord(value)) return String(value)
  return Object.entries(schema['properties'] as Record<string, FormSchema>)
    .filter(([name]) => Object.hasOwn(value, name) && value[name] !== null)
    .map(([name, member]) => writeXmlForm(value[name], name, member))
}
