/** Connections to Redis, whichever way it is set up. */
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { readRedisAddress, type RedisAddress, type RedisLogin } from '../config/redis-address.js'

export type RedisClient = Redis | Cluster

/**
 * `producer`: its commands fail at once while Redis is away (the sweep rings again). `consumer`: waits for Redis for
 * ever; BullMQ makes its blocking connection of it.
 */
export type Purpose = 'producer' | 'consumer'

const WAITING = {
  // A master whose machine is gone sends no reset; without this a ring would wait for the kernel, a quarter of an hour.
  producer: { maxRetriesPerRequest: 1, enableOfflineQueue: false, socketTimeout: 10_000 },
  consumer: { maxRetriesPerRequest: null }
} as const satisfies Record<Purpose, RedisOptions>

export function connectRedis (url: string, purpose: Purpose): RedisClient {
  const read = readRedisAddress(url)
  if ('problem' in read) throw new Error(`the address of Redis ${read.problem}`)
  const { address } = read
  const options = { ...WAITING[purpose], reconnectOnError: isDemoted }
  switch (address.kind) {
    case 'single': return new Redis(address.url, options)
    case 'sentinel': return connectSentinel(address, options)
    case 'cluster': return connectCluster(address, options)
  }
}

/** A master that became a replica while we were connected: the new one is elsewhere. The command itself is sent again. */
function isDemoted (error: Error): 2 | false {
  return error.message.startsWith('READONLY') ? 2 : false
}

type Behaviour = Pick<RedisOptions, 'reconnectOnError'> & typeof WAITING[Purpose]

function connectSentinel (address: Extract<RedisAddress, { kind: 'sentinel' }>, behaviour: Behaviour): Redis {
  const { username: sentinelUsername, password: sentinelPassword } = address.sentinel
  return new Redis({
    ...behaviour,
    sentinels: address.nodes,
    name: address.name,
    db: address.db,
    ...login(address),
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(address.tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    // Listens to the Sentinels: connections to a master that is only cut off from them end at the failover.
    failoverDetector: true
  })
}

function connectCluster (address: Extract<RedisAddress, { kind: 'cluster' }>, behaviour: Behaviour): Cluster {
  const { enableOfflineQueue, ...options } = { enableOfflineQueue: true, ...behaviour }
  return new Cluster(address.nodes, {
    redisOptions: { ...options, ...login(address), ...(address.tls ? { tls: {} } : {}) },
    enableOfflineQueue,
    // Certificates name hosts, not the addresses that they resolve to.
    ...(address.tls ? { dnsLookup: (host, done) => { done(null, host) } } : {})
  })
}

function login ({ username, password }: RedisLogin): RedisLogin {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) }
}

/** The connections that BullMQ makes of this one for commands that block; it keeps them to itself. */
export function noteDuplicates (client: RedisClient): ReadonlySet<RedisClient> {
  const made = new Set<RedisClient>()
  const open = client as { duplicate: (...options: unknown[]) => RedisClient }
  const duplicate = open.duplicate.bind(client)
  open.duplicate = (...options) => {
    const another = duplicate(...options)
    made.add(another)
    return another
  }
  return made
}

/**
 * ioredis' `disconnect` does not end a connection that has no socket because it waits to connect again: no `end` is
 * emitted and no waiting command answered, ever (BullMQ issue 4656). One that never began to connect it does end.
 */
export function endConnection (client: RedisClient): void {
  if (client.status === 'reconnecting') client.status = 'wait'
  client.disconnect()
}
