/** Ranges of bytes as RFC 9110 §14 has them. Pure. */
import type { ByteRange } from './storage.js'

/**
 * Undefined: the whole, for no range, several ones, or what is none (a server may ignore a range). `outside`: nothing of it
 * lies in the content.
 */
export function readRange (header: string | undefined, size: number): ByteRange | 'outside' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  const range = first === ''
    ? { first: Math.max(0, size - Number(last)), last: size - 1 }
    : { first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  return range.first >= size || (first === '' && Number(last) === 0) ? 'outside' : range
}
