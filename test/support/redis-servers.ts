/** Redis servers of a test's own, by the process, for what one server alone cannot show. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { until } from './gateway.js'

export interface RedisServer {
  port: number
  client: Redis
  /** SIGKILL; resolves when it is gone. */
  kill: () => Promise<void>
}

/** What a starter must undo, in reverse. */
export interface Undoing {
  teardown: (undo: () => Promise<void> | void) => void
}

export async function temporaryFolder (t: Undoing): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-redis-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Lines of its configuration beside port and folder; Sentinels and Cluster nodes rewrite their file, so each has its own. */
export async function startServer (t: Undoing, options: { folder: string, port: number, lines?: readonly string[], sentinel?: boolean }): Promise<RedisServer> {
  const { folder, port, lines = [], sentinel = false } = options
  const file = join(folder, `${port}.conf`)
  const common = [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, 'loglevel warning', `logfile ${port}.log`]
  await writeFile(file, [...common, ...(sentinel ? [] : ['save ""', 'appendonly no']), ...lines, ''].join('\n'))
  const child = spawn('redis-server', [file, ...(sentinel ? ['--sentinel'] : [])], { stdio: 'ignore' })
  const exited = new Promise<void>(resolve => { child.once('exit', () => { resolve() }) })
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  t.teardown(kill)
  const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 100 })
  client.on('error', () => {})
  t.teardown(() => { client.disconnect() })
  await until(async () => client.ping().then(() => true, () => false))
  return { port, client, kill }
}
