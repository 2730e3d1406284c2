/** A stored message as the province may see it: everything that was said, and nothing by which the partner proves itself. Pure. */
import { isRecord, parseJson } from '../../model/json.js'
import { decodeUtf8 } from '../../model/text.js'
import type { Manifest } from '../../adapter-kit/manifest.js'
import type { Settings } from '../../adapter-kit/contract/open.js'

export interface ShownBody {
  /** In base64, with `***` for secrets; null where a secret is written in it in a way that cannot be masked. */
  body: string | null
  /** Undefined where the body is no JSON. */
  json?: unknown
  masked: boolean
}

const MASK = '***'
/** A shorter one would mask letters of every word. */
const SHORTEST = 4

export function shownBody (body: Buffer, secrets: readonly string[]): ShownBody {
  const text = decodeUtf8(body)
  if (text === undefined) return { body: body.toString('base64'), masked: false }
  const masked = maskText(text, secrets)
  // A byte order mark is no part of the text: what needs no mask is shown to the byte.
  const shown = masked === text ? body.toString('base64') : Buffer.from(masked, 'utf8').toString('base64')
  const parsed = parseJson(masked)
  if (parsed === undefined) return { body: shown, masked: masked !== text }
  const json = maskValue(parsed, secrets)
  // Letters of a secret may be written as \u escapes: then only the parsed form can be shown.
  const escaped = JSON.stringify(json) !== JSON.stringify(parsed)
  return { body: escaped ? null : shown, json, masked: escaped || masked !== text }
}

/** The values of an adapter's sensitive settings. */
export function secretsOf ({ settings: declared }: Manifest, settings: Settings): string[] {
  return Object.entries(declared).flatMap(([name, { sensitive }]) => {
    const value = sensitive === true ? settings[name] : undefined
    if (Array.isArray(value)) return value as string[]
    return typeof value === 'string' ? [value] : []
  }).filter(secret => secret.length >= SHORTEST)
}

function maskText (text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text)
}

function maskValue (value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return maskText(value, secrets)
  if (Array.isArray(value)) return value.map(item => maskValue(item, secrets))
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, maskValue(member, secrets)])) : value
}
