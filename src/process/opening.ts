/** What the parts of a process are opened with, and where they say how they are closed. */
import type { Logger } from 'pino'
import type { LimitedLog } from '../base/log.js'
import type { Config, Role } from '../config/gateway.js'
import type { Closer, StopClock } from './stopper.js'

export interface Opening {
  config: Config
  role: Role
  /** Does this process deliver? Not a process of role `api`, and none while OUTBOUND is paused. */
  working: boolean
  log: Logger
  limited: LimitedLog
  /** Run in reverse order when the process stops. */
  closers: Closer[]
  clock: StopClock
  adaptersFolder: URL
  /** The private database server is lost for good: the process should stop. */
  onLost: (error: Error) => void
}

/** Adds a closer that is left behind when it hangs. */
export function closeBounded ({ closers, clock }: Opening, part: string, close: Closer): void {
  closers.push(clock.bounded(part, close))
}
