/** JSON that came over the wire: parsed without trust. */

/** The value of a JSON text, or undefined when it is none. A leading byte order mark is tolerated. */
export function parseJson (text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown
  } catch {
    return undefined
  }
}

export function isRecord (value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** One text for all spellings of a value: members in order, no white space. Two messages that say the same have the same. */
export function canonicalJson (value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => isRecord(member)
    ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => a < b ? -1 : 1))
    : member)
}
