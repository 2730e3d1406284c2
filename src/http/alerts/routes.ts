/** `/v1/alerts`: what an operator should look at before the clock does it. */
import type { FastifyInstance } from 'fastify'
import { toHanoi } from '../../model/dates.js'
import { endpointAlerts } from '../../operations/notify/endpoints.sql.js'
import { countNearDue, nearDue } from '../../health/watching.sql.js'
import type { Need } from '../needs.js'
import { pollStates, unreadSince } from '../../health/standing.sql.js'

const SHOWN = 500
const EVENTS_BEHIND_MS = 60_000

export interface AlertRouteOptions {
  services: Need<'adapters' | 'db' | 'watch'>
  nearDueHours: number
}

export async function alertRoutes (app: FastifyInstance, { services, nearDueHours }: AlertRouteOptions): Promise<void> {
  app.get('/alerts', {
    config: { scope: 'deliveries:read' },
    schema: { summary: 'Cảnh báo: hồ sơ xong mà Cổng chưa có, hàng đợi đứng yên, nơi nhận thông báo hỏng hoặc bị tắt, ngừng nhận / Alerts: finished but not at the partner, standstill, endpoints that fail or were disabled, intake closed' }
  }, async () => {
    const now = Date.now()
    const question = { adapters: [...services.adapters.keys()], hours: nearDueHours }
    const [counts, rows, { checks }, polls, endpoints, unread] = await Promise.all([
      countNearDue(services.db, question), nearDue(services.db, { ...question, limit: SHOWN }), services.watch.readiness(),
      pollStates(services.db), endpointAlerts(services.db, SHOWN), unreadSince(services.db)
    ])
    const stalled = checks.flatMap(({ adapters = [] }) => adapters)
    return {
      nearDue: {
        withinHours: nearDueHours,
        total: counts.reduce((sum, { count }) => sum + count, 0),
        late: counts.reduce((sum, { late }) => sum + late, 0),
        dossiers: rows.map(({ code, dueAt, ...row }) => ({ ...row, dossierCode: code, dueAt: toHanoi(dueAt), late: dueAt.getTime() < now }))
      },
      stalled: stalled.map(({ since, ...row }) => ({ ...row, since: toHanoi(since) })),
      failingPolls: polls.flatMap(({ adapter, polled_at: polledAt, failed_at: failedAt, failure_code: code }) =>
        failedAt === null ? [] : [{ adapter, code, failedAt: toHanoi(failedAt), lastPolledAt: polledAt === null ? null : toHanoi(polledAt) }]),
      endpoints: endpoints.map(({ client_id: clientId, since, url, ...row }) => ({ ...row, clientId, server: new URL(url).origin, since: toHanoi(since) })),
      // Facts are read within seconds; a minute means that the sequencer stands still, or that a transaction does not end.
      eventsBehindSince: unread === undefined || now - unread.getTime() < EVENTS_BEHIND_MS ? null : toHanoi(unread),
      intakeClosed: [...services.watch.closedBy()],
      failing: checks.filter(({ ok }) => !ok).map(({ name, since, detail }) => ({ name, since, detail }))
    }
  })
}
