/** The canonical schemas, read from `schemas/` with their references inlined. */
import { readFileSync } from 'node:fs'

const FOLDER = new URL('../../schemas/', import.meta.url)

type Schema = Record<string, unknown>

export type SchemaName = 'dossier' | 'progress' | 'code-table' | 'payment-request' | 'reconciliation-request' | 'receipt' | 'problem' | 'dossier-state' |
  'endpoint' | 'endpoint-change' | 'endpoint-rotation' | 'endpoint-replay'

/**
 * A schema without references: what stands beside a `$ref` (the label of that one field) wins over the target, in error
 * texts and in the documentation alike. The schemas refer to each other by file name and to their own `$defs`.
 */
export function canonicalSchema (name: SchemaName): Schema {
  const files = new Map<string, Schema>()
  const file = (of: string): Schema => {
    const found = files.get(of) ?? readSchema(of)
    files.set(of, found)
    return found
  }
  const inline = (value: unknown, at: string): unknown => {
    if (Array.isArray(value)) return value.map(item => inline(item, at))
    if (value === null || typeof value !== 'object') return value
    const { $ref, $defs: _, $id: __, $schema: ___, ...rest } = value as Schema
    const members = Object.fromEntries(Object.entries(rest).map(([key, member]) => [key, inline(member, at)]))
    return typeof $ref === 'string' ? { ...referred($ref, at), ...members } : members
  }
  const referred = ($ref: string, from: string): Schema => {
    const [target = '', path = ''] = $ref.split('#')
    const at = target === '' ? from : target.replace('.json', '')
    const parts = path.split('/').filter(part => part !== '')
    return inline(parts.reduce<unknown>((value, part) => (value as Schema)[part], file(at)), at) as Schema
  }
  return inline(file(name), name) as Schema
}

function readSchema (name: string): Schema {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Schema
}
