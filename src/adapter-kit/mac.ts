/**
 * The hash under the messages of the payment platform: values joined by `|`, the partner's secret last, SHA-256 in
 * lower-case hex (national-portal §4.5). Which members are signed, and in what order, is an adapter's data.
 */
import { createHash, timingSafeEqual } from 'node:crypto'

export interface MacSigning {
  /** Names of the signed members of one kind of message, in the contract's order. */
  fields: readonly string[]
  secret: string
}

type Message = Readonly<Record<string, unknown>>

/**
 * Undefined where a signed member is absent, or is a value with which two different messages have one hash. What the
 * hash does not cover can be changed by anyone on the way: compare it with what was asked for (§6.7, pitfall 46).
 */
export function joinedMac (message: Message, { fields, secret }: MacSigning): string | undefined {
  // Everyone can compute a hash without a secret.
  if (secret === '' || fields.length === 0) throw new RangeError('a message is signed with a secret and at least one member')
  const values = fields.map(name => Object.hasOwn(message, name) ? signedText(message[name]) : undefined)
  if (values.includes(undefined)) return undefined
  return createHash('sha256').update([...values, secret].join('|'), 'utf8').digest('hex')
}

/** Whether `given` is the hash of the message. To ignore a false one lets anyone mark a fee as paid (§6.7, pitfall 45). */
export function hasJoinedMac (message: Message, given: unknown, signing: MacSigning): boolean {
  const wanted = joinedMac(message, signing)
  return wanted !== undefined && typeof given === 'string' && sameText(given, wanted)
}

/** Takes as long wherever the texts differ, so that a right hash cannot be found letter by letter. Lengths are no secret. */
export function sameText (given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given, 'utf8'), Buffer.from(wanted, 'utf8')]
  return one.length === other.length && timingSafeEqual(one, other)
}

/**
 * The bytes as they came: text is not normalised, and amounts may be numbers (§4.5: `SoTien` of CONFIRM). A `|` would
 * move the border between two members; half a character and a number out of exact range become other values in UTF-8
 * or in decimals.
 */
function signedText (value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : undefined
  return typeof value === 'string' && !value.includes('|') && value.isWellFormed() ? value : undefined
}
