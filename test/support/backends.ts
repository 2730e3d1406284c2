import type { Test } from 'tap'
import { hasRedis, REDIS_MISSING, startRedis } from './redis.js'

export interface TestBackend {
  name: 'postgresql' | 'redis'
  /** A reason to skip, or false. */
  skip: string | false
  /** The store of one test: undefined is PostgreSQL. */
  redisUrl: (t: Test) => Promise<string | undefined>
}

/** Both backends of the queue. Without any Redis that one is skipped with its reason, and CI has one. */
export const BACKENDS: readonly TestBackend[] = [
  { name: 'postgresql', skip: false, redisUrl: async () => undefined },
  {
    name: 'redis',
    skip: process.env['REDIS_URL'] === undefined && !hasRedis() ? REDIS_MISSING : false,
    redisUrl: async t => process.env['REDIS_URL'] ?? (await startRedis(t)).url
  }
]
