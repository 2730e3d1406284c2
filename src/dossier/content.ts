/** The content of a dossier: normalised text, stable hashes, ids of steps. Pure. */
import { createHash } from 'node:crypto'
import { raise, type Finding, type FindingKind } from '../model/findings.js'

export const CONTENT_KINDS = {
  /** Half of a surrogate pair is no character; PostgreSQL and every other system refuse it. */
  broken: {
    severity: 'error',
    code: 'text-broken',
    message: { vi: 'Chuỗi chứa nửa ký tự Unicode (surrogate lẻ), thường do cắt chuỗi giữa ký tự.', en: 'The text has half of a Unicode character (a lone surrogate), mostly from cutting in the middle of one.' },
    cure: { vi: 'Gửi lại chuỗi nguyên vẹn; cắt theo ký tự, không theo đơn vị UTF-16.', en: 'Send the whole text; cut by characters, not by UTF-16 units.' },
    clause: ''
  },
  normalised: {
    severity: 'warning',
    code: 'text-normalised',
    message: { vi: 'Chữ ở dạng tổ hợp (NFD) đã được chuyển sang dạng dựng sẵn (NFC); nội dung hiển thị không đổi.', en: 'Decomposed text (NFD) was put into composed form (NFC); it reads the same.' },
    cure: { vi: 'Nên chuyển sang NFC trước khi gửi.', en: 'Better send NFC.' },
    clause: 'standards §7.5'
  }
} as const satisfies Record<string, FindingKind>

/** Deeper than any schema of ours: what lies below is refused by the schema, and is not walked. */
const MAX_DEPTH = 16
/** More of the same would hide the rest of the answer. */
const MAX_FINDINGS = 20

/** Well above what a dossier with everything in it has; validation takes a time that grows with each value. */
export const MAX_VALUES = 50_000

/** Whether a parsed document has more values than may be validated. Counts without recursion and stops at the limit. */
export function hasTooManyValues (document: unknown, limit = MAX_VALUES): boolean {
  const waiting: unknown[] = [document]
  let count = 0
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (value === null || typeof value !== 'object') continue
    const members = Object.values(value)
    count += members.length
    if (count > limit) return true
    for (const member of members) waiting.push(member)
  }
  return false
}

/** Copies a parsed document with every text in NFC; each text that changed is reported (standards §7.5). */
export function normaliseText (document: unknown): { value: unknown, findings: Finding[] } {
  const findings: Finding[] = []
  const walk = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value === 'string') return normalised(value, path)
    if (path.length >= MAX_DEPTH || value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, String(index)]))
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member, [...path, name])]))
  }
  const normalised = (text: string, path: readonly string[]): string => {
    if (!text.isWellFormed()) findings.push(raise(CONTENT_KINDS.broken, path))
    const nfc = text.normalize('NFC')
    if (nfc !== text && findings.length < MAX_FINDINGS) findings.push(raise(CONTENT_KINDS.normalised, path))
    return nfc
  }
  return { value: walk(document, []), findings }
}

/**
 * Parameters that only defeat caches: a link that differs in nothing else is the same link (contract §6, 40).
 * Signatures and expiries are not among them: the partner needs the new link when the old one ends.
 */
const VOLATILE_PARAMETERS = ['t', '_', 'ts', 'timestamp']

/** SHA-256 over the value with sorted members and links without cache-busting parameters. */
export function contentHash (value: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(stable(value))).digest()
}

function stable (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable)
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
  return Object.fromEntries(members.map(([name, member]) => [name, isLink(name, member) ? withoutVolatile(member) : stable(member)]))
}

/** Links stand in members named `url`; a text that happens to begin like one is a text. */
function isLink (name: string, member: unknown): member is string {
  return name === 'url' && typeof member === 'string'
}

function withoutVolatile (link: string): string {
  if (!URL.canParse(link)) return link
  const url = new URL(link)
  for (const name of VOLATILE_PARAMETERS) url.searchParams.delete(name)
  return url.href
}

/** The stable id of a step that came without one: of its content, so that pushing it again finds it. */
export function derivedStepId (step: unknown): string {
  return `auto-${contentHash(step).toString('hex').slice(0, 32)}`
}
