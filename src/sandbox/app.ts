/** The sandbox as an object, for tests in one process; `server.ts` is the same in a process of its own. */
import fastify from 'fastify'
import type { Clock } from './clock.js'
import { connectorRoutes } from './connector.js'
import { controlRoutes } from './control.js'
import { createDesk, resetDesk, summary } from './desk.js'
import type { Desk } from './desk.js'
import { portalRoutes } from './portal.js'
import type { Settings } from './settings.js'

export interface SandboxOptions {
  settings?: Partial<Settings>
  /** Requests kept for `/control/requests`; the oldest are dropped and counted. */
  keptRequests?: number
  /** Bytes of request bodies kept for the same. */
  keptBytes?: number
  now?: Clock
}

export interface Sandbox extends Pick<Desk, 'store' | 'faults' | 'log' | 'settings' | 'shelf' | 'connector'> {
  /** Resolves to the base URL. Port 0, the default, takes a free one. */
  listen: (port?: number, host?: string) => Promise<string>
  summary: () => ReturnType<typeof summary>
  reset: () => void
  close: () => Promise<void>
}

const BODY_LIMIT = 2 * 1024 * 1024

export async function createSandbox (options: SandboxOptions = {}): Promise<Sandbox> {
  const { settings = {}, keptRequests = 200_000, keptBytes = 256 * 1024 * 1024, now = Date.now } = options
  const desk = createDesk({ settings, keptRequests, keptBytes, now })
  const closing = new AbortController()
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    // A hanging call must not keep the sandbox from closing.
    forceCloseConnections: true
  })
  app.addHook('preClose', async () => closing.abort())
  await app.register(portalRoutes, { desk, closing: closing.signal })
  await app.register(connectorRoutes, { desk })
  await app.register(controlRoutes, { desk, prefix: '/control' })
  await app.ready()
  return {
    store: desk.store,
    faults: desk.faults,
    log: desk.log,
    settings: desk.settings,
    shelf: desk.shelf,
    connector: desk.connector,
    summary: () => summary(desk),
    listen: (port = 0, host = '127.0.0.1') => app.listen({ port, host }),
    reset: () => resetDesk(desk),
    close: () => app.close()
  }
}
