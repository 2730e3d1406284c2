/** `GET /v1/events`: what happened, for portals that cannot be called. */
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { toShortAgency } from '../../model/codes.js'
import { listEvents, type EventFilter, type EventRow } from '../../operations/notify/events.sql.js'
import { notificationOf } from '../../operations/notify/event.js'
import type { Need } from '../needs.js'

interface EventQuery {
  cursor?: string
  type?: string
  agency?: string
  own: boolean
  limit: number
  wait: number
}

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    cursor: { type: 'string', pattern: '^\\d{1,9}$', description: '"cursor" của lần đọc trước. / `cursor` of the answer before.' },
    type: { type: 'string', pattern: '^[a-z][a-z-]*(\\.[a-z][a-z-]*)+(,[a-z][a-z-]*(\\.[a-z][a-z-]*)+)*$', maxLength: 1000, description: 'Một hay nhiều loại, cách nhau dấu phẩy. / One type or several, separated by commas.' },
    agency: { type: 'string', pattern: '^[\\x21-\\x7e]{1,35}$' },
    own: { type: 'boolean', default: false, description: 'true: chỉ hồ sơ do khóa này gửi. / Only dossiers that this client pushed first.' },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    wait: { type: 'integer', minimum: 0, maximum: 30, default: 0, description: 'Chờ tối đa bấy nhiêu giây nếu chưa có gì. / Wait so many seconds where there is nothing yet.' }
  }
}

const LOOK_MS = 500

export async function eventRoutes (app: FastifyInstance, { services }: { services: Need<'db'> }): Promise<void> {
  const stopping = new AbortController()
  app.addHook('preClose', async () => { stopping.abort() })

  app.get<{ Querystring: EventQuery }>('/events', {
    config: { scope: 'events:read' },
    schema: { summary: 'Sự kiện, cũ trước mới sau / Events, oldest first', querystring: QUERY }
  }, async (request, reply) => {
    const filter = filterOf(request)
    const gone = AbortSignal.any([stopping.signal, goneSignal(reply)])
    const rows = await waited(async () => await listEvents(services.db, filter), { seconds: request.query.wait, gone })
    return { events: rows.map(notificationOf), cursor: String(rows.at(-1)?.id ?? filter.after) }
  })
}

function filterOf ({ query: { cursor = '0', type, agency, own, limit }, client }: FastifyRequest<{ Querystring: EventQuery }>): EventFilter {
  return {
    after: Number(cursor),
    types: type?.split(','),
    agency: agency === undefined ? undefined : toShortAgency(agency) ?? agency,
    clientId: own ? client.id : undefined,
    limit
  }
}

/** Looks again and again until there is something, the time is over, or nobody waits any more. */
async function waited (look: () => Promise<EventRow[]>, { seconds, gone }: { seconds: number, gone: AbortSignal }): Promise<EventRow[]> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const rows = await look()
    const left = end - performance.now()
    if (rows.length > 0 || left <= 0 || gone.aborted) return rows
    await delay(Math.min(LOOK_MS, left), undefined, { signal: gone }).catch(() => {})
  }
}

/** Of the answer: a request without a body is closed as soon as it has been read. */
function goneSignal ({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  raw.once('close', () => { if (!raw.writableEnded) controller.abort() })
  return controller.signal
}
