/**
 * Masks personal data before anything is kept as evidence or logged. Masking is by member name, so a new national
 * message is masked as soon as its manifest lists the names; unknown long digit runs are masked everywhere.
 */
export const MASK = '***'

/** Copies `value` with every member named in `names` (any case) replaced; arrays and objects are walked. */
export function maskMembers (value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map(item => maskMembers(item, names))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [
    name,
    names.has(name.toLowerCase()) && !isEmpty(member) ? MASK : maskMembers(member, names)
  ]))
}

/** Copies `value` with the signatures in its links replaced: whoever has such a link has the file. */
export function maskSignatures (value: unknown): unknown {
  if (typeof value === 'string') return maskedLinks(value)
  if (Array.isArray(value)) return value.map(maskSignatures)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, maskSignatures(member)]))
}

function maskedLinks (text: string): string {
  return text.replace(/([?&](?:amp;)?signature=)[\w.%~-]+/gi, `$1${MASK}`)
}

/** The lower-cased set that `maskMembers` wants. */
export function nameSet (names: Iterable<string>): ReadonlySet<string> {
  return new Set([...names].map(name => name.toLowerCase()))
}

/**
 * Partner words may repeat what they refuse: nine and more digits in a row (identity, phone and account
 * numbers), e-mail addresses and the names given by the caller are masked. Dossier codes keep their shape: their runs of
 * digits are shorter.
 */
export function maskText (text: string, secrets: readonly string[] = []): string {
  let masked = text.normalize('NFC')
  for (const secret of secrets) {
    if (secret.length > 1) masked = masked.replace(inAnyCase(secret), MASK)
  }
  return maskedLinks(masked)
    .replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, MASK)
    .replace(/\+?\d{9,}/g, MASK)
}

/** A name as partners print it: in capitals, with other white space. */
function inAnyCase (secret: string): RegExp {
  const words = secret.normalize('NFC').trim().split(/\s+/).map(word => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  return new RegExp(words.join('\\s+'), 'giu')
}

function isEmpty (value: unknown): boolean {
  return value === '' || value === null || value === undefined
}
