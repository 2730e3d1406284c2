/** One process of the gateway or its sandbox, kept running as a supervisor would, with orders to die at a point. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Order } from './preload.js'

export interface Program {
  name: string
  /** Of the compiled project. */
  script: string
  args: readonly string[]
  environment: Record<string, string>
  /** In a line of its output when it is ready. */
  ready: string
  /** Loads the preload that kills at points. */
  mortal: boolean
}

export interface Death {
  at: number
  code: number | null
  signal: NodeJS.Signals | null
  /** Nobody ordered it. */
  unexpected: boolean
}

export interface Process {
  name: string
  /** Waits until it is ready. */
  up: () => Promise<void>
  /** To be killed at this passing of the point; null takes the order back. */
  arm: (point: string | null, passing?: number) => void
  /** Resolves with the next end of the process; it is then started again. */
  nextDeath: () => Promise<Death>
  kill: (signal: NodeJS.Signals) => Promise<Death>
  /** A signal that it outlives: SIGSTOP, SIGCONT. */
  send: (signal: NodeJS.Signals) => void
  /** Ends since the last call that nobody ordered, with the last words. */
  crashes: () => string[]
  lines: () => readonly string[]
  /** For good. */
  stop: () => Promise<void>
}

const KEPT_LINES = 200
const RESTART_MS = 200
const STOP_PATIENCE_MS = 8000
const LEASH = new URL('../demo/leash.js', import.meta.url).href
const PRELOAD = new URL('./preload.js', import.meta.url).href

interface State {
  child: ChildProcess
  ready: Promise<void>
  ended: Promise<unknown>
  /** A stop that was asked for is none to complain about; nobody but us sends SIGKILL. */
  ordered: boolean
  lines: string[]
  stopping: boolean
  /** Given while it was down: for the next one. */
  order: Order | undefined
  waiting: Array<(death: Death) => void>
}

export function supervise (program: Program): Process {
  const crashes: string[] = []
  const state: State = { ...begin(program, []), ordered: false, lines: [], stopping: false, order: undefined, waiting: [] }
  const launch = (): void => {
    Object.assign(state, begin(program, state.lines), { ordered: false })
    watch()
    if (state.order !== undefined) state.child.send(state.order)
    state.order = undefined
  }
  const watch = (): void => {
    const { child } = state
    child.once('exit', (code, signal) => {
      const death = { at: Date.now(), code, signal, unexpected: !state.ordered && !state.stopping && signal !== 'SIGKILL' }
      if (death.unexpected) crashes.push(`${program.name} ended (${signal ?? code}): ${state.lines.slice(-5).join(' | ')}`)
      for (const resolve of state.waiting.splice(0)) resolve(death)
      if (!state.stopping) setTimeout(() => { if (!state.stopping) launch() }, RESTART_MS)
    })
  }
  watch()
  const nextDeath = (): Promise<Death> => new Promise(resolve => { state.waiting.push(resolve) })
  return {
    name: program.name,
    up: () => up(state),
    arm: (point, passing = 1) => {
      const order = { point, passing }
      state.order = state.child.connected ? undefined : order
      if (state.child.connected) state.child.send(order)
    },
    nextDeath,
    kill: signal => {
      state.ordered = true
      const death = nextDeath()
      state.child.kill(signal)
      return death
    },
    send: signal => { state.child.kill(signal) },
    crashes: () => crashes.splice(0),
    lines: () => state.lines,
    stop: () => stop(state)
  }
}

function begin (program: Program, lines: string[]): Pick<State, 'child' | 'ready' | 'ended' | 'lines'> {
  const imports = [LEASH, ...(program.mortal ? [PRELOAD] : [])].flatMap(url => ['--import', url])
  const script = fileURLToPath(new URL(`../${program.script}`, import.meta.url))
  const child = spawn(process.execPath, [...imports, script, ...program.args], {
    // A group of its own: a Ctrl-C is for us, who then stop it in order.
    detached: true,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'], ...program.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  const ready = new Promise<void>(resolve => {
    const read = (line: string): void => {
      if (lines.push(line) > KEPT_LINES) lines.shift()
      if (line.includes(program.ready)) resolve()
    }
    for (const stream of [child.stdout, child.stderr]) if (stream !== null) createInterface(stream).on('line', read)
  })
  return { child, ready, ended: once(child, 'exit'), lines }
}

/** A process that dies while it starts is started again: the newest one counts. */
async function up (state: State): Promise<void> {
  const until = Date.now() + 60_000
  for (;;) {
    const { child, ready, ended } = state
    await Promise.race([ready, ended, delay(1000, undefined, { ref: false })])
    const isReady = await Promise.race([ready.then(() => true), delay(0).then(() => false)])
    if (isReady && child === state.child && child.exitCode === null && child.signalCode === null) return
    if (Date.now() > until) throw new Error(`a process does not start: ${state.lines.slice(-5).join(' | ')}`)
    await delay(20)
  }
}

async function stop (state: State): Promise<void> {
  state.stopping = true
  const { child, ended } = state
  for (const end of [() => { if (child.connected) child.disconnect() }, () => { child.kill('SIGKILL') }]) {
    if (child.exitCode !== null || child.signalCode !== null) return
    end()
    await Promise.race([ended, delay(STOP_PATIENCE_MS, undefined, { ref: false })])
  }
}
