/**
 * Loaded before a gateway's own code (`node --import dist/faults/preload.js`): kills the process when it passes a named
 * point. The gateway knows nothing of it; without this file its points are words to nobody. By hand:
 * `FAULT_POINT=delivery.claimed:3 node --import ./dist/faults/preload.js dist/src/process/server.js` dies at the third passing.
 */
import { subscribe } from 'node:diagnostics_channel'
import { POINTS_CHANNEL } from '../src/base/kill-points.js'

export interface Order {
  /** Null disarms. */
  point: string | null
  /** Die at this passing, counted from the order on. */
  passing: number
}

function obey (environment: NodeJS.ProcessEnv): void {
  let order = readOrder(environment['FAULT_POINT'])
  subscribe(POINTS_CHANNEL, name => {
    if (name !== order.point || --order.passing > 0) return
    // Not `exit`: nothing may be flushed, closed or said. The kernel ends us before this call returns.
    process.kill(process.pid, 'SIGKILL')
  })
  process.on('message', message => { order = message as Order })
  // A listener keeps the channel open, and the channel the process: a stop in order must be able to end it.
  process.channel?.unref()
}

function readOrder (text = ''): Order {
  const [point = '', passing = '1'] = text.split(':')
  return { point: point === '' ? null : point, passing: Number(passing) }
}

obey(process.env)
