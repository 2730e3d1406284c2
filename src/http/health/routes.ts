/** `/healthz`, `/readyz`, `/metrics`: open, without data about dossiers. */
import type { FastifyInstance } from 'fastify'
import { createMetrics } from '../plugins/metrics.js'
import type { Need } from '../needs.js'
import type { Role } from '../../config/gateway.js'

export interface HealthOptions {
  services: Need<'adapters' | 'attempts' | 'numbers' | 'watch'>
  role: Role
}

export async function healthRoutes (app: FastifyInstance, { services, role }: HealthOptions): Promise<void> {
  const { watch, numbers, adapters } = services
  const metrics = createMetrics(services.attempts.registry)
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'alive' }))

  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const { ready, checks } = await watch.readiness()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not-ready', role, checks })
  })

  // Also while the database is away: that is when somebody looks.
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const scrape = { adapters: adapters.keys(), numbers: await numbers.read(), checks: watch.lastChecks(), closedBy: watch.closedBy() }
    return reply.type(metrics.contentType).send(await metrics.render(scrape))
  })
}
