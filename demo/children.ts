/** One child process: started, watched, stopped. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface Program {
  name: string
  /** Relative to the compiled project, like `src/process/server.js`. */
  script: string
  arguments?: readonly string[]
  environment: Record<string, string>
  /** The address, once a line of its output says so. */
  addressIn: (line: string) => string | undefined
}

export interface Child {
  url: string
  /** Asks it to stop in order; kills it when it does not. */
  stop: () => Promise<void>
}

const TAIL_LINES = 15
const STOP_PATIENCE_MS = 9000
const LEASH = new URL('./leash.js', import.meta.url).href

/** Resolves when the child tells its address; rejects with its last words when it ends before. */
export async function startChild (program: Program, signal: AbortSignal, lost: (error: Error) => void): Promise<Child> {
  signal.throwIfAborted()
  const child = spawn(process.execPath, ['--import', LEASH, script(program), ...program.arguments ?? []], {
    // A group of its own: a Ctrl-C is for the demo, which then stops its children in order.
    detached: true,
    env: program.environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  const tail: string[] = []
  let stopping = false
  const ended = (): Error => new Error(`${program.name} ended (${child.signalCode ?? child.exitCode})\n${tail.join('\n')}`)
  child.once('exit', () => { if (!stopping) lost(ended()) })
  const stop = async (): Promise<void> => {
    stopping = true
    await stopChild(child)
  }
  try {
    return { url: await address(child, program, { tail, signal, ended }), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Watching {
  /** Its last lines, for when it fails. */
  tail: string[]
  signal: AbortSignal
  ended: () => Error
}

async function address (child: ChildProcess, { addressIn }: Program, { tail, signal, ended }: Watching): Promise<string> {
  return await new Promise((resolve, reject) => {
    const read = (line: string): void => {
      if (tail.push(line) > TAIL_LINES) tail.shift()
      const url = addressIn(line)
      if (url !== undefined) resolve(url)
    }
    for (const stream of [child.stdout, child.stderr]) if (stream !== null) createInterface(stream).on('line', read)
    // `close`, not `exit`: its last words are read by then.
    child.once('close', () => { reject(ended()) }).once('error', reject)
    signal.addEventListener('abort', () => { reject(reasonOf(signal)) }, { once: true })
  })
}

/** Why the demo was told to end. */
export function reasonOf ({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}

async function stopChild (child: ChildProcess): Promise<void> {
  const running = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null
  for (const demand of [() => { letGo(child) }, () => { child.kill('SIGKILL') }]) {
    if (!running()) return
    demand()
    await Promise.race([once(child, 'exit'), delay(STOP_PATIENCE_MS, undefined, { ref: false })])
  }
}

/** See leash.ts. */
function letGo (child: ChildProcess): void {
  if (child.connected) child.disconnect()
}

function script ({ script: path }: Program): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}
