/** How full a Redis with a `maxmemory` is. On a connection of its own: it must answer when the queue's do not. */
import { Cluster, type Redis } from 'ioredis'
import { connectRedis } from './connect.js'

export interface MemoryUse {
  /** Bytes; without a limit it is infinite, and never full. */
  used: number
  limit: number
}

export interface QueueMemory {
  /** Of the fullest node. */
  read: () => Promise<MemoryUse>
  close: () => void
}

export function openQueueMemory (url: string, onError: (error: Error) => void): QueueMemory {
  const client = connectRedis(url, 'producer')
  client.on('error', onError)
  return {
    read: async () => {
      const nodes = client instanceof Cluster ? client.nodes('master') : [client]
      const uses = await Promise.all(nodes.map(useOf))
      return uses.sort((a, b) => b.used / b.limit - a.used / a.limit)[0] ?? { used: 0, limit: Number.POSITIVE_INFINITY }
    },
    close: () => { client.disconnect() }
  }
}

async function useOf (node: Redis): Promise<MemoryUse> {
  const info = await node.info('memory')
  const limit = numberOf(info, 'maxmemory')
  return { used: numberOf(info, 'used_memory'), limit: limit === 0 ? Number.POSITIVE_INFINITY : limit }
}

function numberOf (info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
}
