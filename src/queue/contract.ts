/**
 * The queue as the rest of the gateway sees it: lanes are rung, and a handler is called for each rung lane. A queue is
 * a hint and holds ids only; PostgreSQL knows what is due (ADR 0002). Nothing outside this folder imports BullMQ.
 */
export interface LaneQueues {
  /**
   * Makes the lanes' jobs run now: adds them, or brings forward those that wait. A ring for a lane that is being
   * worked on leads to one more run after it. Lanes go by priority, then in the order of their rings; one that waits for
   * its turn already takes the new priority. Rejects when the store is out of reach; the sweep rings again.
   */
  ring: (adapter: string, lanes: ReadonlyArray<string | RungLane>) => Promise<void>
  /** False after the store was wiped, and before it was ever armed. */
  isArmed: (adapter: string) => Promise<boolean>
  /** Marks the queue as rebuilt. */
  arm: (adapter: string) => Promise<void>
  /** Lanes that wait, wait for a time, or run. */
  counts: (adapter: string) => Promise<{ waiting: number, delayed: number, active: number }>
  close: () => Promise<void>
}

/** A bare id goes in the middle of the priorities. */
export interface RungLane {
  id: string
  /** 1 … 2^21 - 1, lower goes first. */
  priority?: number
}

/** When a lane wants to be looked at again; `idle`: not before it is rung. `priority`: another one from then on. */
export type LaneResult = { kind: 'idle' } | { kind: 'wait', until: Date, priority?: number }

export interface LaneWorker {
  /** Takes no more lanes and waits for those that run. */
  close: () => Promise<void>
}

export interface LaneWorkerOptions {
  adapter: string
  /** Lanes in flight in this process. */
  concurrency: number
  /** How long a killed worker keeps its jobs from others. */
  lockSeconds: number
  handle: (laneId: string) => Promise<LaneResult>
}

export interface QueueBackend {
  queues: LaneQueues
  startWorker: (options: LaneWorkerOptions) => LaneWorker
  /** After all workers are closed. */
  close: () => Promise<void>
}
