/** Text as the national systems count and print it. */

/** Length in code points: `Đắk` in NFC is three, whatever its bytes (standards §7.5). */
export function textLength (text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

/** Cuts to `limit` code points, the last three being dots; undefined when nothing had to be cut. */
export function shorten (text: string, limit: number): string | undefined {
  if (textLength(text) <= limit) return undefined
  return [...text].slice(0, limit - 3).join('') + '...'
}

/**
 * What PostgreSQL and JSON can hold: without NUL and without halves of characters, which a cut leaves. An answer that
 * could not be stored would be received again and again.
 */
export function storable (text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD')
}

/** Enough of a page for one line; more would only cost time. */
const PAGE_CHARACTERS = 16_384

/** Strips markup and white space of an error page down to one readable line of at most `limit` characters. */
export function readableLine (text: string, limit = 300): string {
  const line = storable(text.slice(0, PAGE_CHARACTERS))
    .replace(/<(script|style)\b[^<]*(?:<(?!\/\1)[^<]*)*(?:<\/\1\s*>|$)/gi, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return shorten(line, limit) ?? line
}

/** Compares phrases of partner answers: NFC, lower case, single spaces. */
export function foldPhrase (text: string): string {
  return text.normalize('NFC').toLocaleLowerCase('vi').replace(/\s+/g, ' ').trim()
}

/** Undefined for bytes that are no UTF-8: decoding them anyway would put replacement characters into names. */
export function decodeUtf8 (bytes: Buffer): string | undefined {
  return decode(bytes, false)
}

/** Of the beginning of something longer: a letter that the end cuts in two is left out. */
export function decodeUtf8Head (bytes: Buffer): string | undefined {
  return decode(bytes, true)
}

function decode (bytes: Buffer, stream: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream })
  } catch {
    return undefined
  }
}

/**
 * Whether a text is base64 to the letter, padding included. No pattern: one that counts in fours runs out of stack on a file
 * of some megabytes.
 */
export function isBase64 (text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text
}
