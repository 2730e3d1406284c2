/** Private servers of the machine's own programs for the second run of the tests: another PostgreSQL than the packages carry. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Servers {
  title: string
  databaseUrl: string
  redisUrl: string
}

const START_MS = 60_000
const POSTGRES = '/usr/lib/postgresql'

/** They are stopped by the run's sweep: they live in its folder. */
export async function startServers (folder: string): Promise<Servers> {
  const { url, version } = await startPostgres(folder)
  return { title: `private PostgreSQL ${version} and Redis`, databaseUrl: url, redisUrl: await startRedis(folder) }
}

/** Programs that are missing, as packages of Debian. */
export function missingPackages (): string[] {
  const redis = spawnSync('redis-server', ['--version']).status === 0
  return [...(redis ? [] : ['redis-server']), ...(postgresFolder() === undefined ? ['postgresql'] : [])]
}

function postgresFolder (): string | undefined {
  try {
    return readdirSync(POSTGRES).sort((one, other) => Number(one) - Number(other)).map(version => join(POSTGRES, version, 'bin'))
      .findLast(bin => spawnSync(join(bin, 'postgres'), ['--version']).status === 0)
  } catch {
    return undefined
  }
}

async function startPostgres (folder: string): Promise<{ url: string, version: string }> {
  const bin = postgresFolder()
  if (bin === undefined) throw new Error('no PostgreSQL server on this machine (Debian: apt-get install postgresql)')
  const home = join(folder, 'cluster')
  mkdirSync(home, { mode: 0o700 })
  const as = accountFor(home)
  const data = join(home, 'data')
  const made = spawnSync(as[0] ?? '', [...as.slice(1), join(bin, 'initdb'), '-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    { cwd: home, encoding: 'utf8', timeout: START_MS })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr.slice(-500)}`)
  const port = await freePort()
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  await started([...as, join(bin, 'postgres'), '-D', data, ...settings(port)], join(folder, 'cluster.log'), async () => spawnSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)], { timeout: START_MS }).status === 0)
  return { url, version: /[\d.]+/.exec(spawnSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).stdout)?.[0] ?? '' }
}

/** Nothing in it must survive a power cut, and each of the many databases would cost a checkpoint on the disk. */
function settings (port: number): string[] {
  return [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'full_page_writes=off', 'max_connections=200', 'max_wal_size=256MB']
    .flatMap(setting => ['-c', setting])
}

/** PostgreSQL refuses root. */
function accountFor (home: string): string[] {
  if (process.getuid?.() !== 0) return ['env']
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  chownSync(home, id('-u'), id('-g'))
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
}

async function startRedis (folder: string): Promise<string> {
  const port = await freePort()
  await started(['redis-server', '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], join(folder, 'redis.log'), async () => answersRedis(port))
  return `redis://127.0.0.1:${port}`
}

/** Resolves once it answers; rejects with the end of its log where it ends before, or says nothing for too long. */
async function started ([program = '', ...args]: readonly string[], log: string, answers: () => Promise<boolean>): Promise<void> {
  const out = openSync(log, 'a')
  const child = spawn(program, args, { detached: true, stdio: ['ignore', out, out] })
  child.on('error', () => {})
  child.unref()
  for (const until = Date.now() + START_MS; runs(child) && Date.now() < until; await delay(100)) if (await answers()) return
  throw new Error(`${program} ${runs(child) ? 'does not answer' : 'ended'}: ${readFileSync(log, 'utf8').slice(-1000)}`)
}

function runs ({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}

async function answersRedis (port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => { socket.write('PING\r\n') })
    const done = (answer: boolean) => (): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(5_000, done(false)).once('error', done(false)).once('data', data => { done(data.toString().startsWith('+PONG'))() })
  })
}

async function freePort (): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => { resolve(port) })
    })
  })
}
