/**
 * Signed links under which the national side fetches a file without a login (contract §2.1.2, pitfall 41): whoever has
 * one can read that one file until it expires. Pure.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { fileReference } from '../model/file-reference.js'

/** The link of a file; undefined where the settings do not allow any. */
export type FileLink = (id: string) => string | undefined

export interface LinkSettings {
  /** Under which address the national side reaches the gateway; without a slash at the end. */
  publicUrl: string | undefined
  /** The first one signs; all of them are taken. */
  signingKeys: readonly string[]
  /** Inferred: no source says when, or how often, the portal fetches. */
  days: number
}

export interface FileLinks {
  /** Real links, for what is sent. */
  from: (now: Date) => FileLink
  /** The same without a valid signature, for what is shown. */
  shown: FileLink
  verify: (claim: LinkClaim, now: Date) => VerifiedLink | undefined
}

/** What a request brings; anything may be in it. */
export interface LinkClaim {
  id: string
  expires: unknown
  signature: unknown
}

export interface VerifiedLink {
  /** Id of the key that signed; no secret. */
  keyId: string
}

const DAY_MS = 86_400_000

export function createLinks ({ publicUrl, signingKeys, days }: LinkSettings): FileLinks {
  const keys = signingKeys.map(secret => ({ id: keyId(secret), secret }))
  const [current] = keys
  const linkOf = (id: string, query: string): string => `${String(publicUrl)}/files/${id}?${query}`
  const configured = publicUrl !== undefined && current !== undefined
  return {
    from: now => id => {
      if (!configured) return undefined
      const expires = String(expiry(now, days))
      return linkOf(id, `expires=${expires}&signature=${current.id}.${macOf(current.secret, id, expires)}`)
    },
    shown: id => configured ? linkOf(id, 'expires=***&signature=***') : undefined,
    verify: ({ id, expires, signature }, now) => {
      if (typeof expires !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(expires)) return undefined
      const [claimedKey = '', mac = ''] = signature.split('.')
      const key = keys.find(one => one.id === claimedKey)
      // Compared also for a key that is not there: how long the answer takes says nothing.
      const right = isSame(mac, macOf(key?.secret ?? '', id, expires))
      return right && key !== undefined && Number(expires) * 1000 > now.getTime() ? { keyId: key.id } : undefined
    }
  }
}

/** For mappings whose messages are compared and not sent. */
export const unsignedLink: FileLink = fileReference

/** Seconds since the epoch, at the end of a day: every link that is made on one day is the same. */
function expiry (now: Date, days: number): number {
  return (Math.ceil(now.getTime() / DAY_MS) + days) * 86_400
}

/** Tells the keys apart, and nothing about them. */
function keyId (secret: string): string {
  return createHash('sha256').update(`lienthong file key\n${secret}`).digest('hex').slice(0, 8)
}

function macOf (secret: string, id: string, expires: string): string {
  return createHmac('sha256', secret).update(`lienthong file 1\n${id}\n${expires}`).digest('base64url')
}

/** In constant time, whatever the lengths. */
function isSame (given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(right))
}
