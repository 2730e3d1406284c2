/**
 * How long a request may take to arrive. Node's own limit is one for the whole server, and an import may take an hour; so
 * each route has its own. What was not whole in time is answered 408 and cut, as Node would.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How long the body may take to arrive, if longer than usual. */
    bodySeconds?: number
  }
}

const USUAL_SECONDS = 30
const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'

export default fp(async function bodyDeadline (app) {
  app.addHook('onRequest', async (request, reply) => {
    const seconds = request.routeOptions.config.bodySeconds ?? USUAL_SECONDS
    const timer = setTimeout(() => { cut(request, reply) }, seconds * 1000)
    timer.unref()
    const arrived = (): void => { clearTimeout(timer) }
    request.raw.once('end', arrived).once('close', arrived)
  })
}, { name: 'body-deadline', fastify: '5.x' })

/** A body that is whole waits for its handler alone. Whoever reads one that is not is told by an error. */
function cut ({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete || raw.destroyed) return
  if (!reply.raw.headersSent && raw.socket.writable) raw.socket.write(TIMED_OUT)
  raw.destroy(new Error('the body did not arrive in time'))
}
