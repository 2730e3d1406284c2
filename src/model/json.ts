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

/** What stands at a JSON pointer (RFC 6901); undefined for nothing. */
export function valueAt (document: unknown, pointer: string): unknown {
  return pointer.split('/').slice(1).map(part => part.replaceAll('~1', '/').replaceAll('~0', '~')).reduce(memberOf, document)
}

export function memberOf (value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value[Number(name)]
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** Whether arrays and objects nest deeper than `limit`: what walks or writes them would run out of stack. Without recursion. */
export function isDeeperThan (document: unknown, limit: number): boolean {
  let level: unknown[] = [document]
  for (let depth = 0; depth <= limit; depth++) {
    level = level.flatMap(value => value !== null && typeof value === 'object' ? Object.values(value) : [])
    if (level.length === 0) return false
  }
  return true
}

/** One text for all spellings of a value: members in order, no white space. Two messages that say the same have the same. */
export function canonicalJson (value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => isRecord(member)
    ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => a < b ? -1 : 1))
    : member)
}
