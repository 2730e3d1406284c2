/** A master, a replica and three Sentinels that fail over within seconds. */
import { steadyPort } from './ports.js'
import { startServer, temporaryFolder, type RedisServer, type Undoing } from './redis-servers.js'
import { until } from './gateway.js'

export interface TestSentinel {
  /** For REDIS_URL. */
  url: string
  master: RedisServer
  replica: RedisServer
  sentinels: RedisServer[]
  /** Port of the master as the Sentinels see it. */
  masterPort: () => Promise<number>
}

export async function startSentinel (t: Undoing): Promise<TestSentinel> {
  const folder = await temporaryFolder(t)
  const master = await startServer(t, { folder, port: await steadyPort() })
  const replica = await startServer(t, { folder, port: await steadyPort(), lines: [`replicaof 127.0.0.1 ${master.port}`, 'repl-diskless-sync-delay 0'] })
  await until(async () => (await replica.client.info('replication')).includes('master_link_status:up'))
  const watch = [
    `sentinel monitor queue 127.0.0.1 ${master.port} 2`,
    'sentinel down-after-milliseconds queue 1000',
    'sentinel failover-timeout queue 4000'
  ]
  const sentinels: RedisServer[] = []
  for (let n = 0; n < 3; n++) sentinels.push(await startServer(t, { folder, port: await steadyPort(), lines: watch, sentinel: true }))
  for (const one of sentinels) await until(() => knowsAll(one))
  const masterPort = async (): Promise<number> => {
    const [, port] = await sentinels[0]?.client.call('sentinel', 'get-master-addr-by-name', 'queue') as string[]
    return Number(port)
  }
  return { url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/queue`, master, replica, sentinels, masterPort }
}

/** A Sentinel that has not heard of the others or of the replica cannot fail over. */
async function knowsAll ({ client }: RedisServer): Promise<boolean> {
  const fields = await client.call('sentinel', 'master', 'queue') as string[]
  const value = (name: string): string | undefined => fields[fields.indexOf(name) + 1]
  return value('num-other-sentinels') === '2' && value('num-slaves') === '1'
}
