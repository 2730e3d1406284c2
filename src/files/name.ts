/** Names of files: taken from a request, checked, and written into an answer. Pure. */
import { decodeUtf8 } from '../model/text.js'

const MAX_BYTES = 255
/** Separators of paths, what Windows forbids in names, controls, and what turns the direction of writing to hide an extension. */
const FORBIDDEN = /[/\\:*?"<>|\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** The name in NFC; undefined when it cannot be one. A path is refused, not cut: what the client means by it is not known. */
export function checkedName (given: string): string | undefined {
  const name = given.normalize('NFC').trim()
  const good = name !== '' && !name.startsWith('.') && !name.endsWith('.') && name.isWellFormed() &&
    !FORBIDDEN.test(name) && Buffer.byteLength(name) <= MAX_BYTES
  return good ? name : undefined
}

/** The name in a `Content-Disposition` (RFC 6266): `filename*` goes before `filename`. */
export function nameInHeader (header: string): string | undefined {
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header)?.[1]
  if (extended !== undefined) return decodedPercent(extended)
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header)
  const text = plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2]
  // Node reads headers as Latin-1; clients that do not know RFC 5987 send UTF-8.
  return text === undefined ? undefined : decodeUtf8(Buffer.from(text, 'latin1')) ?? text
}

function decodedPercent (text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** To be saved and not shown; the name for old readers and, in UTF-8, for all others (RFC 5987). */
export function attachmentHeader (name: string): string {
  const ascii = name.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'D').replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
