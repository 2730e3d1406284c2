/** A Redis Cluster of three masters. */
import { steadyPort } from './ports.js'
import { startServer, temporaryFolder, type RedisServer, type Undoing } from './redis-servers.js'
import { until } from './gateway.js'

export interface TestCluster {
  /** For REDIS_URL; names two of the nodes. */
  url: string
  nodes: RedisServer[]
}

const SLOTS = 16_384

export async function startCluster (t: Undoing): Promise<TestCluster> {
  const folder = await temporaryFolder(t)
  const nodes: RedisServer[] = []
  for (let n = 0; n < 3; n++) {
    // The bus has a port of its own; the default, 10000 above, may lie where the system hands ports out.
    const [port, bus] = [await steadyPort(), await steadyPort()]
    const lines = ['cluster-enabled yes', `cluster-config-file nodes-${port}.conf`, 'cluster-node-timeout 2000', `cluster-port ${bus}`]
    nodes.push(await startServer(t, { folder, port, lines }))
    const first = nodes[0]
    if (n > 0 && first !== undefined) await first.client.call('cluster', 'meet', '127.0.0.1', port, bus)
  }
  await Promise.all(nodes.map(({ client }, n) => client.call('cluster', 'addslotsrange', slot(n), slot(n + 1) - 1)))
  await until(async () => (await Promise.all(nodes.map(async ({ client }) => {
    const info = String(await client.call('cluster', 'info'))
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')
  }))).every(Boolean))
  return { url: `redis+cluster://${nodes.slice(0, 2).map(({ port }) => `127.0.0.1:${port}`).join(',')}`, nodes }
}

function slot (node: number): number {
  return Math.floor(node * SLOTS / 3)
}
