/** The sandbox as an object, for tests in one process; `server.ts` is the same in a process of its own. */
import fastify from 'fastify'
import type { Clock } from './clock.js'
import { connectorRoutes } from './connector.js'
import { controlRoutes } from './control.js'
import { createState, resetState, summary } from './state.js'
import type { SandboxState } from './state.js'
import { portalRoutes } from './portal.js'
import type { SandboxSettings } from './settings.js'

export interface SandboxOptions {
  settings?: Partial<SandboxSettings>
  /** Requests kept for `/control/requests`; the oldest are dropped and counted. */
  keptRequests?: number
  /** Bytes of request bodies kept for the same. */
  keptBytes?: number
  now?: Clock
}

export interface Sandbox extends Pick<SandboxState, 'store' | 'faults' | 'log' | 'settings' | 'shelf' | 'connector'> {
  /** Resolves to the base URL. Port 0, the default, takes a free one. */
  listen: (port?: number, host?: string) => Promise<string>
  summary: () => ReturnType<typeof summary>
  reset: () => void
  close: () => Promise<void>
}

const BODY_LIMIT = 2 * 1024 * 1024

export async function createSandbox (options: SandboxOptions = {}): Promise<Sandbox> {
  const { settings = {}, keptRequests = 200_000, keptBytes = 256 * 1024 * 1024, now = Date.now } = options
  const state = createState({ settings, keptRequests, keptBytes, now })
  const closing = new AbortController()
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    // A hanging call must not keep the sandbox from closing.
    forceCloseConnections: true
  })
  app.addHook('preClose', async () => closing.abort())
  await app.register(portalRoutes, { state, closing: closing.signal })
  await app.register(connectorRoutes, { state })
  await app.register(controlRoutes, { state, prefix: '/control' })
  await app.ready()
  return {
    store: state.store,
    faults: state.faults,
    log: state.log,
    settings: state.settings,
    shelf: state.shelf,
    connector: state.connector,
    summary: () => summary(state),
    listen: (port = 0, host = '127.0.0.1') => app.listen({ port, host }),
    reset: () => resetState(state),
    close: () => app.close()
  }
}
