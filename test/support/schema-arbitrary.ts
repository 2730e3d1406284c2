/** Arbitrary values of a JSON Schema, for properties over everything that a schema lets through. */
import fc from 'fast-check'

export type SchemaNode = Readonly<Record<string, unknown>>

export interface SchemaArbitrary {
  root: SchemaNode
  /** Place of a node, like `#/$defs/fee/properties/Gia` or `#/$defs/date14` → what to take in its stead. */
  instead?: Readonly<Record<string, fc.Arbitrary<unknown>>>
}

/** Vietnamese letters, what breaks careless code, and what an encoder must escape. */
const letters = fc.constantFrom(...'aAệĐđ ộ9.-"<&\u{1F600}'.split(/(?:)/u))

const USUAL_LENGTH = 16
const LIST_LENGTH = 2

/** The keywords that the schemas of the adapters use; another one is an error, not a value that ignores it. */
const KNOWN = ['$ref', 'type', 'enum', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'items', 'minItems', 'maxItems', 'required', 'properties', 'additionalProperties', 'description']

export function arbitraryOf (schema: SchemaArbitrary, place: string): fc.Arbitrary<unknown> {
  return schema.instead?.[place] ?? fromNode(schema, nodeAt(schema.root, place), place)
}

function nodeAt (root: SchemaNode, place: string): SchemaNode {
  return place.split('/').slice(1).reduce<SchemaNode>((node, part) => node[part] as SchemaNode, root)
}

function fromNode (schema: SchemaArbitrary, node: SchemaNode, place: string): fc.Arbitrary<unknown> {
  const strange = Object.keys(node).find(keyword => !KNOWN.includes(keyword))
  if (strange !== undefined) throw new Error(`${place}: no arbitrary for ${strange}`)
  if (typeof node.$ref === 'string') return arbitraryOf(schema, node.$ref)
  if (Array.isArray(node.enum)) return fc.constantFrom(...node.enum as unknown[])
  switch (node.type) {
    case 'string': return texts(node)
    case 'integer': return fc.integer({ min: Number(node.minimum ?? -1000), max: Number(node.maximum ?? 1_000_000) })
    case 'boolean': return fc.boolean()
    case 'array': return fc.array(arbitraryOf(schema, `${place}/items`), { minLength: Number(node.minItems ?? 0), maxLength: Math.min(LIST_LENGTH, Number(node.maxItems ?? LIST_LENGTH)) })
    default: return record(schema, node, place)
  }
}

function record (schema: SchemaArbitrary, { properties, required }: SchemaNode, place: string): fc.Arbitrary<unknown> {
  const members = Object.keys(properties as SchemaNode).map(name => [name, arbitraryOf(schema, `${place}/properties/${name}`)])
  return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: (required ?? []) as string[], noNullPrototype: true })
}

/** Mostly short; now and then exactly as long as may be. */
function texts ({ pattern, minLength = 0, maxLength = 1_000_000 }: SchemaNode): fc.Arbitrary<string> {
  const [least, most] = [Number(minLength), Number(maxLength)]
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern, 'u')).filter(text => [...text].length >= least && [...text].length <= most)
  const usual = fc.string({ unit: letters, minLength: least, maxLength: Math.min(most, USUAL_LENGTH) })
  return most > 4000 ? usual : fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: fc.constant('ộ'.repeat(most)) })
}
