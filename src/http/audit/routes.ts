/** `GET /v1/audit`: the log in commit-safe order, to be read on from a cursor for ever. */
import type { FastifyInstance } from 'fastify'
import { recordAudit } from '../../db/audit.js'
import { listAudit, type AuditCursor } from '../../db/audit.js'
import type { Need } from '../needs.js'
import { auditView } from '../dossiers/timeline.js'

interface AuditQuery {
  cursor?: string
  dossier?: string
  action?: string
  limit: number
}

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    cursor: { type: 'string', pattern: '^\\d{1,19}-[1-9]\\d{0,17}$' },
    dossier: { type: 'string', pattern: '^[\\x21-\\x7e]{1,50}$' },
    action: { type: 'string', pattern: '^[a-z]+\\.[a-z-]+$', maxLength: 50 },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 }
  }
}

export async function auditRoutes (app: FastifyInstance, { services }: { services: Need<'db'> }): Promise<void> {
  app.get<{ Querystring: AuditQuery }>('/audit', {
    config: { scope: 'audit:read' },
    schema: { summary: 'Nhật ký / The audit log', querystring: QUERY }
  }, async request => {
    const { cursor, dossier, action, limit } = request.query
    const rows = await listAudit(services.db, { after: parseCursor(cursor), dossierCode: dossier, action, limit })
    // A page that tells of nothing but earlier readings is not one more to tell of: a consumer would never be up to date.
    if (rows.some(row => row.action !== 'audit.viewed')) {
      await recordAudit(services.db, [{ actor: `client:${request.client.id}`, action: 'audit.viewed', details: { entries: rows.length } }])
    }
    const last = rows.at(-1)
    return { entries: rows.map(auditView), cursor: last === undefined ? cursor ?? null : `${last.xid}-${last.id}` }
  })
}

function parseCursor (cursor: string | undefined): AuditCursor | undefined {
  const [xid, id] = cursor?.split('-') ?? []
  return xid === undefined || id === undefined ? undefined : { xid, id }
}
