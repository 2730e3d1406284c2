/** Who calls: a login for a session, the session of a message, or the Authorization header of each call. */
import { setTimeout as delay } from 'node:timers/promises'
import { recordAudit } from '../../db/audit.js'
import { findClient, touchKey, type Client } from '../../db/keys.js'
import type { Database } from '../../db/open.js'
import { findSession, openSession } from './sessions.sql.js'
import { Refused } from './refused.js'

/** What intake asks of a key. */
const SCOPE = 'dossiers:write'

/**
 * A refused login is answered after a fixed time, so that guessing is slow and its answer tells by no time of its own whether
 * the client or the key was wrong. Above so many at once they are answered at once: the waiting must not fill the memory.
 */
const REFUSED_AFTER_MS = 500
const MOST_WAITING = 100

export interface Credentials {
  /** The client's id, where the caller says it. */
  username?: string
  key: string
}

export interface CallerCheck {
  byLogin: (credentials: Credentials) => Promise<Client>
  byHeader: (authorization: string | undefined) => Promise<Client>
  bySession: (adapter: string, token: string | undefined) => Promise<Client>
}

/** `onRefused` is told of the first of those that wait at once, so at most twice a second. */
export function createCallerCheck (db: Database, onRefused: (why: 'login' | 'caller') => void): CallerCheck {
  let waiting = 0

  async function refuse (why: 'login' | 'caller'): Promise<never> {
    if (waiting === 0) onRefused(why)
    if (waiting < MOST_WAITING) {
      waiting++
      await delay(REFUSED_AFTER_MS).finally(() => { waiting-- })
    }
    throw new Refused({ why })
  }

  async function byKey ({ username, key }: Credentials, why: 'login' | 'caller'): Promise<Client> {
    // By the key's hash alone: whether the client exists is never asked.
    const client = isKey(key) ? await findClient(db, key) : undefined
    if (client === undefined || (username !== undefined && username !== client.id)) return await refuse(why)
    return await admitted(db, client)
  }

  return {
    byLogin: async credentials => await byKey(credentials, 'login'),
    byHeader: async authorization => {
      const credentials = credentialsOf(authorization ?? '')
      // Nobody guesses without a key: nothing to slow down.
      if (credentials === undefined) throw new Refused({ why: 'caller' })
      return await byKey(credentials, 'caller')
    },
    bySession: async (adapter, token) => {
      const client = token !== undefined && isKey(token) ? await findSession(db, adapter, token) : undefined
      if (client === undefined) throw new Refused({ why: 'session' })
      return await admitted(db, client)
    }
  }
}

/** The session of a client that logged in, audited with it. */
export async function issueSession (db: Database, client: Client, { adapter, seconds }: { adapter: string, seconds: number }): Promise<string> {
  return await db.transaction().execute(async tx => {
    await recordAudit(tx, [{ actor: `client:${client.id}`, action: 'client.session-opened', adapter, details: { keyId: client.keyId, seconds } }])
    return await openSession(tx, { keyId: client.keyId, adapter, seconds })
  })
}

async function admitted (db: Database, client: Client): Promise<Client> {
  if (!client.scopes.includes(SCOPE)) throw new Refused({ why: 'scope' })
  if (client.stale) await touchKey(db, client.keyId)
  return client
}

function isKey (text: string): boolean {
  return /^[\x21-\x7e]{1,512}$/.test(text)
}

/** Bearer of the key, or Basic with the client's id and the key. */
function credentialsOf (authorization: string): Credentials | undefined {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) ([\x21-\x7e]{1,1024})$/i.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return { key: value }
  const [username, ...key] = Buffer.from(value, 'base64').toString('utf8').split(':')
  return username === undefined || key.length === 0 ? undefined : { username, key: key.join(':') }
}
