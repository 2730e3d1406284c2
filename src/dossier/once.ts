/** Does the work of one request once per Idempotency-Key, in one transaction (design §2.11). */
import { claimKey, keepAnswer, type IdempotencyScope } from './idempotency.sql.js'
import { sqlState, type Database, type Tx } from '../db/open.js'
import { keyInFlight, keyReused } from './problems.js'

export interface OnceRequest {
  /** Undefined for a request without a key: it is simply done. */
  scope: IdempotencyScope | undefined
  bodyHash: Buffer
}

export interface OnceAnswer<T> {
  status: number
  response: T
}

const LOCK_NOT_AVAILABLE = '55P03'

/** `replayed` answers are those of an earlier request with the same key: nothing was done this time. */
export async function once<T> (db: Database, request: OnceRequest, work: (tx: Tx) => Promise<OnceAnswer<T>>): Promise<OnceAnswer<T> & { replayed: boolean }> {
  const { scope, bodyHash } = request
  try {
    return await db.transaction().execute(async tx => {
      if (scope === undefined) return { ...await work(tx), replayed: false }
      const stored = await claimKey(tx, scope, bodyHash)
      if (stored !== undefined) {
        if (!stored.bodyHash.equals(bodyHash)) throw keyReused()
        return { status: stored.status, response: stored.response as T, replayed: true }
      }
      const answer = await work(tx)
      await keepAnswer(tx, scope, answer)
      return { ...answer, replayed: false }
    })
  } catch (error) {
    if (scope !== undefined && sqlState(error) === LOCK_NOT_AVAILABLE) throw keyInFlight()
    throw error
  }
}
