// The golden calls of partners: adapters/<id>/fixtures/inbound/<operation>/<case>.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { settingPrefix } from '../../../src/config/adapter-settings.js'
import type { Manifest } from '../../../src/adapter-kit/manifest.js'

const ADAPTERS = new URL('../../../adapters/', import.meta.url)

/** What every receive operation must show; where one cannot happen, `not-applicable.json` says why. */
export const CASES = ['accepted', 'duplicate', 'replay', 'conflict', 'unknown-dossier', 'wrong-key', 'malformed', 'schema-violation', 'impossible-amount', 'too-large'] as const

export interface Call {
  /** One of the operation's paths; absent: the first that the partner really uses. */
  path?: string
  headers?: Record<string, string>
  /** Of the caller, as a trusted proxy tells it. */
  address?: string
  /** JSON. Or, to the byte, a text; or so many bytes. */
  body?: unknown
  text?: string
  bytes?: number
}

export interface InboundCase {
  what: string
  /** Dossiers that the province has pushed. */
  dossiers?: string[]
  /** Calls of the province's own before it: what is to be paid, for example. */
  given?: Array<{ method: 'POST' | 'PUT', url: string, body: unknown, status: number }>
  /** Cases whose requests came before, in this order. */
  before?: string[]
  request: Call
  reply: { status: number, body: unknown }
  /** Texts of the reply that no file can know, by pointer: what each must look like. The reply has `*` there. */
  replyPatterns?: Record<string, string>
  /** What the request added to the audit log: `action dossier code-or-event`. */
  audit: string[]
  /** Messages that it stored. */
  stored: number
}

export interface Operation {
  adapter: string
  name: string
  manifest: Manifest
  cases: Map<string, InboundCase>
  notApplicable: Record<string, string>
}

export function receivingAdapters (): Manifest[] {
  return readdirSync(ADAPTERS).filter(id => existsSync(new URL(`${id}/manifest.json`, ADAPTERS)))
    .map(id => readJson<Manifest>(`${id}/manifest.json`))
    .filter(manifest => manifest.receive !== undefined)
}

export function operationsOf (manifest: Manifest): Operation[] {
  return Object.keys(manifest.receive ?? {}).map(name => {
    const folder = `${manifest.id}/fixtures/inbound/${name}/`
    const files = existsSync(new URL(folder, ADAPTERS)) ? readdirSync(new URL(folder, ADAPTERS)).filter(file => file.endsWith('.json')).sort() : []
    const cases = files.filter(file => file !== 'not-applicable.json').map((file): [string, InboundCase] => [basename(file, '.json'), readJson(folder + file)])
    return { adapter: manifest.id, name, manifest, cases: new Map(cases), notApplicable: files.includes('not-applicable.json') ? readJson(`${folder}not-applicable.json`) : {} }
  })
}

/** The adapter's settings as variables: those of its fixtures, and what proves a partner in them. */
export function settingsOf ({ id }: Manifest): Record<string, string> {
  const files = [`${id}/fixtures/settings.json`, `${id}/fixtures/inbound/settings.json`].filter(file => existsSync(new URL(file, ADAPTERS)))
  const settings = files.flatMap(file => Object.entries(readJson<Record<string, unknown>>(file)))
  return Object.fromEntries(settings.map(([key, value]) => [settingPrefix(id) + key, String(value)]))
}

function readJson<Value> (path: string): Value {
  return JSON.parse(readFileSync(new URL(path, ADAPTERS), 'utf8')) as Value
}
