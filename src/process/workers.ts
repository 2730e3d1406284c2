/** One worker for each adapter: the queue calls it with a lane that was rung. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { DeliveryContext } from '../operations/deliver/context.js'
import { workLane } from '../operations/deliver/lane.js'
import { createLeaseKeeper } from '../operations/deliver/lease-keeper.js'
import { createBreakers } from '../protection/breakers.js'
import type { openQueue } from '../queue/open.js'
import type { Opening } from './opening.js'
import type { Closer } from './stopper.js'

type StartWorker = Awaited<ReturnType<typeof openQueue>>['startWorker']
type WorkerParts = Pick<DeliveryContext, 'db' | 'adapters' | 'books' | 'files' | 'attempts'>

/** The closer waits for running calls, cuts them before the stop must end, and may be called twice. */
export function startWorkers ({ config, log, clock }: Opening, parts: WorkerParts, startWorker: StartWorker): Closer {
  const { db, adapters } = parts
  const leases = createLeaseKeeper({
    db,
    owner: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
    seconds: config.leaseSeconds,
    onError: error => { log.warn({ event: 'lease.renewal-failed', message: (error as Error).message }) }
  })
  const breakers = createBreakers({ db, owner: leases.owner })
  const context: DeliveryContext = { ...parts, breakers, leases, log, random: Math.random }
  const workers = [...adapters.values()].map(adapter => startWorker({
    adapter: adapter.manifest.id,
    concurrency: adapter.limits.concurrency,
    lockSeconds: config.leaseSeconds,
    handle: laneId => workLane(context, { adapter, laneId })
  }))
  async function end (): Promise<void> {
    const cut = setTimeout(() => { leases.abortAll('the process is stopping') }, clock.left() - clock.reserve)
    await clock.bounded('workers', () => Promise.all(workers.map(worker => worker.close())))()
    clearTimeout(cut)
    await leases.close()
  }
  let ending: Promise<void> | undefined
  return async () => {
    ending ??= end()
    await ending
  }
}
