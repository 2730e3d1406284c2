/** Equality of JSON values, in words. */

export interface ValueDifference {
  at: string
  expected: unknown
  actual: unknown
}

/** Every member in which two values differ. */
export function different (expected: unknown, actual: unknown, at: string): ValueDifference[] {
  if (!isObject(expected) || !isObject(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    return Object.is(expected, actual) ? [] : [{ at, expected, actual }]
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)])
  return [...names].flatMap(name => different(expected[name], actual[name], pathTo(at, name, Array.isArray(expected))))
}

function pathTo (at: string, name: string, inList: boolean): string {
  if (inList) return `${at}[${name}]`
  return at === '' ? name : `${at}.${name}`
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** One text for equal values, whatever the order of their members. */
export function canonicalText (value: unknown): string {
  return JSON.stringify(sorted(value))
}

function sorted (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([name, member]) => [name, sorted(member)]))
}
