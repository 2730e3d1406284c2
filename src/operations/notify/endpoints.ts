/** What the owner of an endpoint does with it, each with its audit entry in the same transaction. */
import type { EndpointChange } from '../../model/dossier-types.js'
import { recordAudit, type AuditAction } from '../../db/audit.js'
import {
  changeEndpoint, deleteEndpoint, enableEndpoint, findEndpoint, insertEndpoint, listEndpoints, lockEndpoint, probeEndpoint, rotateSecret,
  type EndpointRow, type EndpointWishes, type Whose
} from './endpoints.sql.js'
import { replay, type Replay, type Replayed } from './planning.sql.js'
import type { Database, Tx } from '../../db/open.js'
import { switchOffIn } from './switch-off.js'

export interface By {
  actor: string
}

/** More than anyone needs; fewer than would make each event a flood. */
export const MOST_ENDPOINTS = 20

export interface Creation extends By {
  adapter: string
  clientId: string
  wishes: EndpointWishes
}

/** Undefined: the client has as many as it may. */
export async function createEndpoint (db: Database, { actor, clientId, ...wanted }: Creation): Promise<EndpointRow | undefined> {
  return db.transaction().execute(async tx => {
    if ((await listEndpoints(tx, clientId)).length >= MOST_ENDPOINTS) return undefined
    const endpoint = await insertEndpoint(tx, { clientId, ...wanted })
    await note(tx, { actor, action: 'endpoint.created', id: endpoint.id }, shownWishes(wanted.wishes))
    return endpoint
  })
}

/** Undefined: there is no such endpoint, or it is not theirs. */
export async function alterEndpoint (db: Database, whose: Whose, { actor, change }: By & { change: EndpointChange }): Promise<EndpointRow | undefined> {
  return withEndpoint(db, whose, async (tx, before) => {
    const { enabled, ...wished } = change
    const changed = Object.keys(wished)
    if (changed.length > 0) {
      const wishes = { ...wishesOf(before), ...wished }
      await changeEndpoint(tx, before.id, wishes)
      await note(tx, { actor, action: 'endpoint.changed', id: before.id }, { changed, ...shownWishes(wishes) })
    }
    if (enabled === false) await switchOffIn(tx, before.id, { actor, code: null })
    if (enabled === true && before.disabled_at !== null) {
      await enableEndpoint(tx, before.id)
      await note(tx, { actor, action: 'endpoint.enabled', id: before.id })
    }
  })
}

export async function removeEndpoint (db: Database, whose: Whose, { actor }: By): Promise<boolean> {
  return db.transaction().execute(async tx => {
    const endpoint = await lockEndpoint(tx, whose)
    if (endpoint === undefined) return false
    await switchOffIn(tx, endpoint.id, { actor, code: null })
    await deleteEndpoint(tx, endpoint.id)
    await note(tx, { actor, action: 'endpoint.deleted', id: endpoint.id })
    return true
  })
}

export async function rotateEndpoint (db: Database, whose: Whose, { actor, overlapSeconds }: By & { overlapSeconds: number }): Promise<EndpointRow | undefined> {
  return withEndpoint(db, whose, async (tx, { id, secret_version: before }) => {
    await rotateSecret(tx, id, overlapSeconds)
    await note(tx, { actor, action: 'endpoint.secret-rotated', id }, { version: before + 1, overlapSeconds })
  })
}

/** A test is an event like any other, for this endpoint alone; a breaker that is open lets it through as its probe. */
export async function testEndpoint (db: Database, endpoint: EndpointRow, { actor }: By): Promise<void> {
  await db.transaction().execute(async tx => {
    await probeEndpoint(tx, endpoint)
    await note(tx, { actor, action: 'endpoint.tested', id: endpoint.id })
  })
}

export async function replayTo (db: Database, request: Replay): Promise<Replayed> {
  return db.transaction().execute(async tx => {
    const replayed = await replay(tx, request)
    const { endpointId, actor, event, since, until } = request
    await note(tx, { actor, action: 'endpoint.replayed', id: endpointId }, { deliveries: replayed.count, event, since, until })
    return replayed
  })
}

export async function noteSecretViewed (db: Database, { id, actor }: By & { id: string }): Promise<void> {
  await note(db, { actor, action: 'endpoint.secret-viewed', id })
}

async function withEndpoint (db: Database, whose: Whose, work: (tx: Tx, endpoint: EndpointRow) => Promise<void>): Promise<EndpointRow | undefined> {
  return db.transaction().execute(async tx => {
    const endpoint = await lockEndpoint(tx, whose)
    if (endpoint === undefined) return undefined
    await work(tx, endpoint)
    return findEndpoint(tx, whose)
  })
}

async function note (db: Database | Tx, { actor, action, id }: By & { action: AuditAction, id: string }, details: object = {}): Promise<void> {
  await recordAudit(db, [{ actor, action, details: { endpoint: id, ...details } }])
}

/** Of the address the server alone: the rest of it may be a secret of theirs. */
function shownWishes ({ url, types, agency, ownDossiersOnly }: EndpointWishes): Record<string, unknown> {
  return { server: new URL(url).origin, types, agency, ownDossiersOnly }
}

function wishesOf ({ url, description, types, agency, own_dossiers_only: ownDossiersOnly }: EndpointRow): EndpointWishes {
  return { url, description, types, agency, ownDossiersOnly }
}
