import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { steadyPort } from './ports.js'

export const REDIS_MISSING = 'no redis-server on this machine and no REDIS_URL (Debian: apt-get install redis-server)'

export function hasRedis (): boolean {
  return spawnSync('redis-server', ['--version']).status === 0
}

export interface TestRedis {
  url: string
  /** For what a test does to its server: FLUSHALL, reading memory. */
  client: Redis
  stop: () => Promise<void>
  start: () => Promise<void>
}

/** A Redis of the test's own, which it may wipe and stop. */
export async function startRedis (t: Test): Promise<TestRedis> {
  const port = await steadyPort()
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--loglevel', 'warning'], { stdio: 'ignore' })
    await answering(port)
  }
  const stop = async (): Promise<void> => {
    const stopping = child
    child = undefined
    if (stopping === undefined) return
    const ended = new Promise(resolve => stopping.once('exit', resolve))
    stopping.kill('SIGKILL')
    await ended
  }
  t.teardown(stop)
  await start()
  const url = `redis://127.0.0.1:${port}`
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 5 })
  client.on('error', () => {})
  t.teardown(() => { client.disconnect() })
  return { url, client, stop, start }
}

async function answering (port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const probe = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null })
    probe.on('error', () => {})
    try {
      await probe.connect()
      await probe.ping()
      return
    } catch {
      await delay(50)
    } finally {
      probe.disconnect()
    }
  }
  throw new Error('the test\'s redis-server does not answer')
}
