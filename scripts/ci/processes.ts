/** Processes of a run: each is bounded in time, and nothing that one of them started outlives the run. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

export interface Ended {
  /** Null after a signal, ours included. */
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** A step that takes longer is cut and has failed. */
  seconds: number
  /** Between SIGTERM and SIGKILL. */
  graceMs?: number
  cwd?: string
  environment?: NodeJS.ProcessEnv
  /** Shows its standard output as it comes. */
  onLine?: (line: string) => void
  signal?: AbortSignal
}

const GRACE_MS = 10_000
/** For what is left in the pipes when a process has ended but its children hold them. */
const PIPE_MS = 2_000

/** Runs a command to its end, in a session of its own, without a terminal to ask. */
export async function run (command: readonly string[], options: RunOptions): Promise<Ended> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { cwd: options.cwd, env: options.environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => { ended.stdout += chunk })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => { ended.stderr += chunk })
  if (options.onLine !== undefined) eachLine(child.stdout, options.onLine)
  const closed = new Promise<void>(resolve => { child.once('close', () => { resolve() }) })
  const exited = new Promise<number | null>(resolve => {
    child.once('exit', code => { resolve(code) })
    child.once('error', error => {
      ended.stderr += `${error.message}\n`
      resolve(null)
    })
  })
  const stop = cutAfter(child.pid, options)
  const code = await exited
  const cut = stop()
  if (cut !== undefined) ended.stderr += `${cut}\n`
  endGroup(child.pid, 'SIGKILL')
  await Promise.race([closed, delay(PIPE_MS, undefined, { ref: false })])
  child.stdout.destroy()
  child.stderr.destroy()
  return { code: cut === undefined ? code : null, ...ended }
}

function eachLine (stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
}

/** Returns what ends the watch, and tells why the process was cut, where it was. */
function cutAfter (pid: number | undefined, { seconds, signal, graceMs = GRACE_MS }: RunOptions): () => string | undefined {
  let reason: string | undefined
  let kill: NodeJS.Timeout | undefined
  const cut = (why: string) => (): void => {
    reason ??= why
    endGroup(pid, 'SIGTERM')
    kill ??= setTimeout(() => { endGroup(pid, 'SIGKILL') }, graceMs)
  }
  const interrupted = cut('interrupted')
  const limit = setTimeout(cut(`no end within ${seconds} s: stopped`), seconds * 1000)
  if (signal?.aborted === true) interrupted()
  signal?.addEventListener('abort', interrupted)
  return () => {
    clearTimeout(limit)
    clearTimeout(kill)
    signal?.removeEventListener('abort', interrupted)
    return reason
  }
}

export function endGroup (pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Nobody is left in it.
  }
}

/** What is read of /proc; undefined where the process is gone, or is another account's. */
function readProcess (pid: number): { session: string, folders: string[], environment: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field, the program's name, may hold blanks and parentheses.
    const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3] ?? ''
    return { session, folders: ['exe', 'cwd'].map(name => orEmpty(() => readlinkSync(`/proc/${pid}/${name}`))), environment: orEmpty(() => readFileSync(`/proc/${pid}/environ`, 'utf8')) }
  } catch {
    return undefined
  }
}

function orEmpty (read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

/**
 * Processes that a run left behind, whatever session they put themselves into: those that inherited its TMPDIR, their
 * sessions, and programs or servers that live in that folder (a database starts with a bare environment).
 */
export function leftBehind (folder: string): number[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter(pid => pid !== process.pid)
  const all = pids.flatMap(pid => {
    const found = readProcess(pid)
    return found === undefined ? [] : [{ pid, ...found }]
  })
  const marked = all.filter(({ environment, folders }) =>
    environment.split('\0').includes(`TMPDIR=${folder}`) || folders.some(path => path === folder || path.startsWith(`${folder}/`)))
  const own = readProcess(process.pid)?.session
  const sessions = new Set(marked.map(({ session }) => session).filter(session => session !== own))
  return all.filter(one => marked.includes(one) || sessions.has(one.session)).map(({ pid }) => pid)
}

/** Ends them: asks first, so that servers close, then insists. */
export async function sweep (folder: string, patienceMs = 5_000): Promise<number[]> {
  const found = leftBehind(folder)
  signalAll(found, 'SIGTERM')
  for (const until = Date.now() + patienceMs; Date.now() < until && leftBehind(folder).length > 0;) await delay(100)
  signalAll(leftBehind(folder), 'SIGKILL')
  return found
}

function signalAll (pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended.
    }
  }
}
