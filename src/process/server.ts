/** The process: `node dist/src/process/server.js [all|api|worker]`. Reads settings, opens, listens, and stops in order. */
import type { Logger } from 'pino'
import { buildApp } from '../http/app.js'
import { type Config, processEnvironment, readConfig, type Role } from '../config/gateway.js'
import { syncBootstrapKey } from '../db/keys.js'
import { ConfigError, isForPeople } from '../base/problem.js'
import { createLog } from '../base/log.js'
import { openServices, type Services } from './services.js'
import { createStopper, type Stopper } from './stopper.js'

const ROLES: readonly string[] = ['all', 'api', 'worker'] satisfies Role[]

const EXIT_MS = 500

async function main (): Promise<void> {
  const role = readRole(process.argv[2] ?? 'all')
  const config = readConfig(processEnvironment())
  const log = createLog(config.logLevel)
  const stopper = createStopper(log)
  process.once('SIGTERM', () => { stopper.stop('SIGTERM') }).once('SIGINT', () => { stopper.stop('SIGINT') })
  try {
    await start(config, role, { log, stopper })
  } catch (error) {
    stopper.fail(error as Error)
    await stopper.stopped
    throw error
  }
  await stopper.stopped
  // A store that hangs keeps its socket, and that the process; everything of ours is written.
  setTimeout(() => process.exit(), EXIT_MS).unref()
}

async function start (config: Config, role: Role, { log, stopper }: { log: Logger, stopper: Stopper }): Promise<void> {
  const services = await openServices(config, role, { log, onLost: stopper.fail })
  stopper.before(() => services.close())
  if (stopper.isStopping()) return
  if (role !== 'worker') await syncBootstrapKey(services.db, config.bootstrapApiKey)
  const app = await buildApp({ services, config, log, role })
  stopper.before(() => closeApp(app, config.graceSeconds))
  stopper.before(async () => { services.drain() })
  if (stopper.isStopping()) return
  const url = await app.listen({ host: config.host, port: config.port })
  void services.sweep.run()
  announce(config, services, { role, url, log })
}

/** Requests that run are answered; whoever is still sending one when most of the time is over is cut. */
async function closeApp (app: Awaited<ReturnType<typeof buildApp>>, graceSeconds: number): Promise<void> {
  const cut = setTimeout(() => { app.server.closeAllConnections() }, graceSeconds * 500)
  await app.close()
  clearTimeout(cut)
}

function readRole (name: string): Role {
  if (!ROLES.includes(name)) throw new ConfigError([`unknown role ${name}; roles are ${ROLES.join(', ')}`])
  return name as Role
}

function announce (config: Config, services: Services, { role, url, log }: { role: Role, url: string, log: Logger }): void {
  log.info({
    event: 'gateway.started',
    role,
    url,
    adapters: [...services.installed.keys()],
    outbound: config.outboundPaused ? 'paused' : 'on',
    ...services.stores,
    bootstrapKey: config.bootstrapApiKey === undefined ? 'none' : 'configured'
  })
  if (services.stores.database === 'embedded') {
    log.warn({ event: 'database.embedded-in-use' }, 'private database server: for evaluation and small sites; set DATABASE_URL for production')
  }
  if (services.adapters.size === 0) log.warn({ event: 'gateway.no-adapters' }, 'ADAPTERS is empty: dossiers are not accepted')
}

main().catch((error: unknown) => {
  const { message, stack } = error as Error
  // Settings and schema speak for themselves; anything else is a defect and shows where.
  process.stderr.write(isForPeople(error) ? `Liên Thông không khởi động được / cannot start:\n${message}\n` : `${String(stack)}\n`)
  process.exitCode = 1
})
