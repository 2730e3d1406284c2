/** The faults, as data: what each does to the stage, and how it says when it was done. */
import { setTimeout as delay } from 'node:timers/promises'
import { POINTS, type Point } from '../src/base/kill-points.js'
import { countedAttempts } from './evidence.js'
import type { Death, Process } from './processes.js'
import type { Stage } from './stage.js'

export interface Injected {
  /** When it struck, by this machine's clock. */
  at: number
  /** What went wrong beside deliveries: a point that was not passed, a stop that was not in order. */
  problems?: string[]
}

export interface Fault {
  /** Name in the report and in `recoverySeconds`. */
  kind: string
  /** Which process, if it is about one. */
  who?: string
  inject: (stage: Stage, random: () => number) => Promise<Injected>
  /** Judged once all is settled; what it finds is a problem. */
  afterwards?: (stage: Stage, prefix: string) => Promise<string[]>
  /** Why this stage cannot have it. */
  impossible?: (stage: Stage) => string | undefined
}

const POINT_PATIENCE_MS = 20_000

type Role = 'apis' | 'workers'

const AT_API: readonly Point[] = ['intake.before-commit', 'intake.committed', 'intake.answered']
/** The sweep of whichever process comes first. */
const AT_ANY: readonly Point[] = ['sweep.rings-forgotten', 'sweep.armed']
const AT_BOTH: readonly Point[] = ['relay.before-ring', 'relay.rung']
/** What must happen for the point to be passed at all; returns further processes that may then pass it. */
type Provocation = (stage: Stage) => Promise<Process[] | void>

const PROVOCATIONS: Partial<Record<Point, Provocation>> = {
  'lane.before-delay': ({ portal }) => portal.misbehave({ kind: 'status', status: 503, match: { service: 'DongBoHoSoMC' }, probability: 0.4 }),
  'delivery.parked': leaveInterrupted,
  'sweep.rings-forgotten': ({ wipeQueue }) => wipeQueue(),
  'sweep.armed': ({ wipeQueue }) => wipeQueue()
}

/** The dead worker's job would come back when the queue misses it; without the queue the sweep brings the lane at once. */
async function leaveInterrupted ({ workers, wipeQueue }: Stage): Promise<Process[]> {
  const first = workers.slice(0, 1)
  await dieAt(first, 'exchange.begun', { passing: 2 })
  await wipeQueue()
  return first
}

/** A kill at every point: of one process that can pass it, or of each of them in turn. */
export function pointFaults ({ each }: { each: boolean }): Fault[] {
  return POINTS.flatMap(point => {
    if (AT_ANY.includes(point)) return [pointFault(point, { who: 'any', of: ({ apis, workers }) => [...apis, ...workers] })]
    // Settling what a dead worker left falls to whichever worker finds it.
    if (point === 'delivery.parked') return [pointFault(point, { who: 'worker', of: ({ workers }) => workers.slice(1) })]
    const role: Role = AT_API.includes(point) || AT_BOTH.includes(point) ? 'apis' : 'workers'
    return (each ? [0, 1] : [0]).map(n => pointFault(point, { who: `${role.slice(0, -1)}-${n + 1}`, of: stage => stage[role].slice(n, n + 1) }))
  })
}

function pointFault (point: Point, { who, of }: { who: string, of: (stage: Stage) => Process[] }): Fault {
  const provoke = PROVOCATIONS[point]
  return {
    kind: `point ${point}`,
    who,
    inject: async (stage, random) => {
      const passing = provoke === undefined ? 1 + Math.floor(random() * 4) : 1
      return dieAt(of(stage), point, { passing, provoke: async () => provoke?.(stage) })
    }
  }
}

interface Dying {
  passing: number
  /** Once they are under orders: what it brings about may happen at once. */
  provoke?: () => Promise<Process[] | void>
}

/** The first of them to pass the point dies there. */
async function dieAt (victims: readonly Process[], point: Point, { passing, provoke }: Dying): Promise<Injected> {
  const order = (processes: readonly Process[]): Array<Promise<Death>> => processes.map(process => {
    const death = process.nextDeath()
    process.arm(point, passing)
    return death
  })
  const deaths = order(victims)
  const more = await provoke?.() ?? []
  deaths.push(...order(more))
  const all = [...victims, ...more]
  const death = await Promise.race([...deaths, delay(POINT_PATIENCE_MS, undefined, { ref: false })])
  for (const process of all) process.arm(null)
  const reached = death !== undefined && death.signal === 'SIGKILL'
  return { at: death?.at ?? Date.now(), problems: reached ? [] : [`${point} was not passed by ${all.map(({ name }) => name).join(', ')}`] }
}

/** `kill -9` of each process at a random time. */
export function killFaults (): Fault[] {
  return (['apis', 'workers'] as const).flatMap(role => [0, 1].map(n => ({
    kind: `kill -9 ${role === 'apis' ? 'API' : 'worker'}`,
    who: `${role.slice(0, -1)}-${n + 1}`,
    inject: async (stage: Stage, random: () => number) => {
      await delay(random() * 1500)
      return { at: (await member(stage, role, n).kill('SIGKILL')).at }
    }
  })))
}

export function stopFaults (): Fault[] {
  return (['apis', 'workers'] as const).map(role => ({
    kind: `SIGTERM ${role === 'apis' ? 'API' : 'worker'}`,
    who: `${role.slice(0, -1)}-1`,
    inject: async (stage: Stage) => {
      // Calls that take a while, so that some run when the stop comes.
      await stage.portal.misbehave({ kind: 'slow', delayMs: 400 })
      await delay(500)
      const asked = Date.now()
      const { code, signal, at } = await member(stage, role, 0).kill('SIGTERM')
      const inTime = at - asked < 5000
      return { at: asked, problems: code === 0 && inTime ? [] : [`ended with ${signal ?? code} after ${at - asked} ms; wanted 0 within the grace time`] }
    },
    afterwards: async ({ db }: Stage, prefix: string) => {
      const counted = await countedAttempts(db, prefix)
      return counted === 0 ? [] : [`the stop cost ${counted} deliveries a part of their budget`]
    }
  }))
}

function member (stage: Stage, role: Role, n: number): Process {
  return stage[role][n] as Process
}

/** A store that goes away is watched from its return on: before that there is nothing to recover. */
export function storeFaults (): Fault[] {
  return [
    { kind: 'Redis stopped 5 s', impossible: withoutRedis, inject: async ({ redis }) => outage(5000, { begin: async () => redis?.stop?.(), end: async () => redis?.start?.() }) },
    { kind: 'Redis connections cut 3 s', impossible: withoutRedis, inject: async ({ redisLine }) => outage(3000, { begin: async () => redisLine?.cut(), end: async () => redisLine?.mend() }) },
    { kind: 'queue wiped', inject: async ({ wipeQueue }) => outage(0, { begin: wipeQueue, end: async () => {} }) },
    { kind: 'PostgreSQL connections broken', inject: async ({ postgresLine }) => outage(0, { begin: async () => { postgresLine.breakAll() }, end: async () => {} }) },
    { kind: 'PostgreSQL cut off 3 s', inject: async ({ postgresLine }) => outage(3000, { begin: postgresLine.cut, end: postgresLine.mend }) },
    { kind: 'Redis failed over', impossible: ({ redis }) => redis?.failOver === undefined ? 'no Sentinel or Cluster here' : undefined, inject: async ({ redis }) => outage(0, { begin: async () => redis?.failOver?.(), end: async () => {} }) }
  ]
}

/** Of the full run only: slow, or for a server of our own. */
export function rareFaults (): Fault[] {
  return [
    { kind: 'PostgreSQL silent 3 s', inject: async ({ postgresLine }) => outage(3000, { begin: async () => { postgresLine.holdUp(3000) }, end: async () => {} }) },
    { kind: 'PostgreSQL restarted', impossible: ({ postgres }) => postgres.restart === undefined ? 'the server is not ours' : undefined, inject: async ({ postgres }) => outage(0, { begin: async () => postgres.restart?.(), end: async () => {} }) },
    {
      // A machine that stood still: it wakes up with leases that are long another's.
      kind: 'worker frozen 6 s',
      who: 'worker-1',
      inject: async stage => outage(6000, { begin: async () => { member(stage, 'workers', 0).send('SIGSTOP') }, end: async () => { member(stage, 'workers', 0).send('SIGCONT') } })
    }
  ]
}

/** What a line leads to can be stopped and cut off; Sentinels and Clusters have their own faults. */
function withoutRedis ({ redisLine }: Stage): string | undefined {
  return redisLine === undefined ? 'there is no single Redis' : undefined
}

async function outage (milliseconds: number, { begin, end }: { begin: () => Promise<unknown>, end: () => Promise<unknown> }): Promise<Injected> {
  await begin()
  await delay(milliseconds)
  await end()
  return { at: Date.now() }
}

/** Each bounded, so that the portal is well again before anything is judged. */
export function portalFaults (): Fault[] {
  const rules: ReadonlyArray<readonly [kind: string, rule: Record<string, unknown>]> = [
    ['portal hangs', { kind: 'hang', times: 4 }],
    ['portal hangs after the work', { kind: 'hang', done: true, times: 4 }],
    ['portal lies: 200 and an excuse', { kind: 'text', times: 4 }],
    ['portal lies: 200 and nothing', { kind: 'empty', times: 4 }],
    ['portal cuts the answer', { kind: 'lost-answer', times: 4 }],
    ['portal resets', { kind: 'reset', times: 4 }],
    ['portal throttles', { kind: 'throttle', retryAfter: 1, times: 6 }],
    ['portal answers 500', { kind: 'status', status: 500, done: true, times: 4 }],
    ['portal forgets sessions', { kind: 'session-expired', times: 4 }]
  ]
  return rules.map(([kind, rule]) => ({
    kind,
    inject: async ({ portal }) => {
      await portal.misbehave({ ...rule, match: { path: 'data' } })
      const at = Date.now()
      await delay(1500)
      return { at, problems: await portal.hits() > 0 ? [] : ['no call met the fault'] }
    }
  }))
}
