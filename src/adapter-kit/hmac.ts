/**
 * HMAC-SHA-256 over bytes as they came, with a time window. Never over JSON that was parsed and written again: another
 * spelling of the same would have another signature.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface HmacSecret {
  secret: string
  /** The first moment at which it counts no more; absent: it has no end. */
  until?: Date
}

export interface SignedRequest {
  /** What was signed, one after the other: a time, a delimiter, the body to the byte. */
  parts: ReadonlyArray<string | Buffer>
  /** The signature that came with it. */
  given: string
  encoding: 'hex' | 'base64'
  /** Of the signature, in seconds since the epoch, as text. It must be among the signed parts, or anybody could renew it. */
  time: string
  receivedAt: Date
}

export interface HmacRules {
  /** While a secret is changed, the old one and the new one. */
  secrets: readonly HmacSecret[]
  /** How far the sender's clock may be off, and how long a request can be repeated by whoever overheard it. */
  toleranceSeconds: number
}

export type HmacResult = 'valid' | 'wrong' | 'too-old' | 'too-new'

/** The time is looked at only where the signature is right: a stranger learns nothing about our clock. */
export function checkHmac (request: SignedRequest, { secrets, toleranceSeconds }: HmacRules): HmacResult {
  const given = Buffer.from(request.given, request.encoding)
  const live = secrets.filter(({ secret, until }) => secret !== '' && (until === undefined || request.receivedAt < until))
  // All are tried, however soon one fits.
  const right = live.filter(({ secret }) => isSame(given, hmac(secret, request.parts))).length > 0
  if (!right || !/^\d{1,12}$/.test(request.time)) return 'wrong'
  const age = request.receivedAt.getTime() / 1000 - Number(request.time)
  if (age > toleranceSeconds) return 'too-old'
  return age < -toleranceSeconds ? 'too-new' : 'valid'
}

function hmac (secret: string, parts: SignedRequest['parts']): Buffer {
  const computed = createHmac('sha256', secret)
  for (const part of parts) computed.update(part)
  return computed.digest()
}

function isSame (given: Buffer, wanted: Buffer): boolean {
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
