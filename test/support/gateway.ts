import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp } from '../../src/http/app.js'
import { readConfig, type Role } from '../../src/config/gateway.js'
import { syncBootstrapKey } from '../../src/db/keys.js'
import { DeadlineExceeded, withDeadline } from '../../src/base/deadline.js'
import { createSandbox } from '../../src/sandbox/app.js'
import { openServices, type Services } from '../../src/process/services.js'
import { createMigrated } from './database.js'

export type Sandbox = Awaited<ReturnType<typeof createSandbox>>

export const KEY = 'test-key-0123456789abcdef'

/** Settings of the portal's adapter that make tests quick. */
export function portalSettings (baseUrl: string): Record<string, string> {
  return {
    ADAPTERS: 'national-portal',
    ADAPTER_NATIONAL_PORTAL_BASE_URL: `${baseUrl}/XrdAdapter/RestService/forward`,
    ADAPTER_NATIONAL_PORTAL_LOGIN_PATH: 'mapi/login',
    ADAPTER_NATIONAL_PORTAL_WRITE_PATH: 'mapi/g',
    ADAPTER_NATIONAL_PORTAL_READ_PATH: 'mapi/g',
    ADAPTER_NATIONAL_PORTAL_USERNAME: '000.00.00.H15',
    ADAPTER_NATIONAL_PORTAL_PASSWORD: 'sandbox',
    ADAPTER_NATIONAL_PORTAL_UNIT_CODE: '000.00.00.H15',
    ADAPTER_NATIONAL_PORTAL_DSTCODE: 'VN:GOV:000.00.00.G22:vpcpdvcprovider',
    ADAPTER_NATIONAL_PORTAL_RETRY_DELAYS_SECONDS: '0.1,0.2',
    ADAPTER_NATIONAL_PORTAL_BREAKER_PROBE_SECONDS: '0.2',
    // Long enough that a busy machine does not time out by itself; a test that waits for one sets its own.
    ADAPTER_NATIONAL_PORTAL_CALL_TIMEOUT_MS: '10000',
    // The portal's pace would only make tests slow; those of the rate set their own.
    ADAPTER_NATIONAL_PORTAL_CALLS_PER_SECOND: 'unlimited'
  }
}

/** The same portal behind a wrapper of generation B, with the one address that tells create from update by its query. */
export function wrapperSettings (baseUrl: string): Record<string, string> {
  return {
    ADAPTERS: 'national-portal',
    ADAPTER_NATIONAL_PORTAL_GENERATION: 'b',
    ADAPTER_NATIONAL_PORTAL_BASE_URL: `${baseUrl}/KetNoiMotCuaQuocGia`,
    ADAPTER_NATIONAL_PORTAL_UNIT_CODE: '000.00.00.H15',
    ADAPTER_NATIONAL_PORTAL_CREATE_PATH: 'DongBoHoSoMC?MaDinhDanhDV={unit}&isUpdating=False',
    ADAPTER_NATIONAL_PORTAL_UPDATE_PATH: 'DongBoHoSoMC?MaDinhDanhDV={unit}&isUpdating=True',
    ADAPTER_NATIONAL_PORTAL_PROGRESS_PATH: 'CapNhatTienDoHoSoMC?MaDinhDanhDV={unit}',
    ADAPTER_NATIONAL_PORTAL_LOOKUP_PATH: 'TraCuuHoSo?mahoso={code}',
    ADAPTER_NATIONAL_PORTAL_RETRY_DELAYS_SECONDS: '0.1,0.2',
    ADAPTER_NATIONAL_PORTAL_BREAKER_PROBE_SECONDS: '0.2',
    ADAPTER_NATIONAL_PORTAL_CALL_TIMEOUT_MS: '10000'
  }
}

export interface TestGateway {
  app: FastifyInstance
  services: Services
  sandbox: Sandbox
  environment: Record<string, string>
  /** A request with the bootstrap key. */
  call: (options: InjectOptions) => Promise<LightMyRequestResponse>
  push: (dossier: unknown, headers?: Record<string, string>) => Promise<LightMyRequestResponse>
  /** Waits until no delivery is open except held ones. */
  settled: () => Promise<void>
  close: () => Promise<void>
}

export interface GatewayOptions {
  environment?: Record<string, string>
  role?: Role
  redisUrl?: string | undefined
  databaseUrl?: string
  adaptersFolder?: URL
  /** Settings of adapters, instead of those of the portal's. */
  adapterSettings?: Record<string, string>
}

export async function startSandbox (t: Test): Promise<{ sandbox: Sandbox, url: string }> {
  const sandbox = await createSandbox()
  const url = await sandbox.listen(0)
  t.teardown(() => sandbox.close())
  return { sandbox, url }
}

/** The gateway in this process on real stores, with a sandbox of its own; everything is closed at the test's end. */
export async function startGateway (t: Test, options: GatewayOptions = {}): Promise<TestGateway> {
  const { sandbox, url } = await startSandbox(t)
  const databaseUrl = options.databaseUrl ?? await createMigrated(t)
  const environment = {
    ...options.adapterSettings ?? portalSettings(url),
    DATABASE_URL: databaseUrl,
    MIGRATE_ON_START: 'yes',
    BOOTSTRAP_API_KEY: KEY,
    SWEEP_SECONDS: '1',
    LEASE_SECONDS: '3',
    GRACE_SECONDS: '2',
    // A test that wants the catalogue pulls it.
    CATALOGUE_HOURS: '0',
    QUEUE_PREFIX: `test-${process.pid}-${Math.random().toString(36).slice(2)}`,
    LOG_LEVEL: 'silent',
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
    ...options.environment
  }
  const config = readConfig(environment)
  const log = pino({ level: config.logLevel })
  const role = options.role ?? 'all'
  const services = await openServices(config, role, { log, ...(options.adaptersFolder === undefined ? {} : { adaptersFolder: options.adaptersFolder }) })
  const app = await buildApp({ services, config, log, role })
  await syncBootstrapKey(services.db, config.bootstrapApiKey)
  await app.ready()
  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    closed ??= (async () => {
      await app.close()
      await services.close()
    })()
    await closed
  }
  t.teardown(close)
  const call = async (request: InjectOptions): Promise<LightMyRequestResponse> =>
    app.inject({ ...request, headers: { authorization: `Bearer ${KEY}`, ...request.headers } })
  return {
    app,
    services,
    sandbox,
    environment,
    call,
    push: async (dossier, headers = {}) => call({ method: 'POST', url: '/v1/dossiers', headers, payload: dossier as object }),
    settled: async () => settled(services),
    close
  }
}

/** For many pushes at once: a busy machine keeps some waiting for a connection too long; they are told to come again (503). */
export async function pushUntilTaken ({ push }: Pick<TestGateway, 'push'>, dossier: unknown): ReturnType<TestGateway['push']> {
  for (;;) {
    const answer = await push(dossier)
    if (answer.statusCode !== 503) return answer
    await delay(500)
  }
}

/** How long nothing may move. Longer than any lease that a test lets expire, and than a busy machine may pause. */
const STANDSTILL_MS = 120_000

/** Bounded by progress, not by time: fails only when no delivery moves any more, and names those that are still open. */
export async function settled ({ db }: Pick<Services, 'db'>, standstillMs = STANDSTILL_MS): Promise<void> {
  let seen = ''
  let until = Date.now() + standstillMs
  for (;;) {
    const open = await db.selectFrom('deliveries').select(['id', 'state', 'failure_code', 'attempts'])
      .where('state', 'in', ['queued', 'sending', 'retrying']).orderBy('id').execute()
    if (open.length === 0) return
    const now = JSON.stringify(open)
    if (now !== seen) until = Date.now() + standstillMs
    seen = now
    if (Date.now() > until) throw new Error(`still open: ${JSON.stringify(open.slice(0, 5))}`)
    await delay(25)
  }
}

/** Every delivery as `{code revision state}`, in order. */
export async function deliveryStates ({ db }: Pick<Services, 'db'>): Promise<string[]> {
  const rows = await db.selectFrom('deliveries as d').innerJoin('dossiers as x', 'x.id', 'd.dossier_id')
    .select(['x.code', 'd.revision', 'd.state']).orderBy('d.id').execute()
  return rows.map(row => `${row.code} ${row.revision} ${row.state}`)
}

/**
 * Polls until the condition holds. The bound is for what will never come true, so it is generous: on a busy machine a
 * process may take a minute to start. The failure names condition and caller.
 */
export async function until (condition: () => Promise<boolean> | boolean, timeoutMs = STANDSTILL_MS): Promise<void> {
  const failure = new Error(`did not come true within ${timeoutMs / 1000} s: ${condition.toString().replace(/\s+/g, ' ')}`)
  try {
    await withDeadline(timeoutMs, async signal => {
      while (!await condition()) {
        signal.throwIfAborted()
        await delay(20)
      }
    })
  } catch (error) {
    throw error instanceof DeadlineExceeded ? failure : error
  }
}
