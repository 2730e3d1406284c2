/**
 * XML Schema elements from a JSON Schema: names, order, lists and simple types, for generators of clients. Lengths and
 * patterns are left out: the gateway's own check says more about them than a generated one.
 */
import type { XmlNode } from '../../model/xml-write.js'
import type { FormSchema } from '../../dossier/xml-form.js'

const SIMPLE_TYPES: Readonly<Record<string, string>> = { integer: 'xs:long', boolean: 'xs:boolean' }

/** `item` is what an element of a list is named. */
export function xsdElement (name: string, schema: FormSchema, item: string): XmlNode {
  return declared(name, schema, { item, occurs: {} })
}

interface Declaration {
  item: string
  occurs: Readonly<Record<string, string>>
}

function declared (name: string, schema: FormSchema, { item, occurs }: Declaration): XmlNode {
  const label = schema['x-vi']
  const annotation: XmlNode[] = typeof label === 'string' ? [{ name: 'xs:annotation', content: [{ name: 'xs:documentation', attributes: { 'xml:lang': 'vi' }, content: label }] }] : []
  const complex = complexType(schema, item)
  const values = schema['enum']
  if (complex !== undefined) return { name: 'xs:element', attributes: { name, ...occurs }, content: [...annotation, complex] }
  if (Array.isArray(values)) return { name: 'xs:element', attributes: { name, ...occurs }, content: [...annotation, enumeration(values.map(String))] }
  return { name: 'xs:element', attributes: { name, type: SIMPLE_TYPES[String(schema['type'])] ?? 'xs:string', ...occurs }, content: annotation }
}

function complexType (schema: FormSchema, item: string): XmlNode | undefined {
  if (schema['type'] === 'array') return sequence([declared(item, schema['items'] as FormSchema, { item, occurs: { minOccurs: '0', maxOccurs: 'unbounded' } })])
  if (schema['type'] !== 'object') return undefined
  const required = schema['required'] as string[] | undefined ?? []
  const members = Object.entries(schema['properties'] as Record<string, FormSchema>)
  return sequence(members.map(([name, member]) => declared(name, member, { item, occurs: required.includes(name) ? {} : { minOccurs: '0' } })))
}

function sequence (content: XmlNode[]): XmlNode {
  return { name: 'xs:complexType', content: [{ name: 'xs:sequence', content }] }
}

function enumeration (values: readonly string[]): XmlNode {
  return { name: 'xs:simpleType', content: [{ name: 'xs:restriction', attributes: { base: 'xs:string' }, content: values.map(value => ({ name: 'xs:enumeration', attributes: { value } })) }] }
}
