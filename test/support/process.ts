import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { DIST } from './places.js'

export interface GatewayProcess {
  url: string
  pid: number
  /** Every line of its log so far. */
  lines: string[]
  /** Resolves with the exit code; null after a signal. */
  exited: Promise<number | null>
  kill: (signal: NodeJS.Signals) => Promise<number | null>
}

/** The real server process; killed at the test's end if it still runs. */
export async function spawnGateway (t: Test, environment: Record<string, string>, role = 'all'): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [join(DIST, 'src/process/server.js'), role], {
    env: { PATH: process.env['PATH'], NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'], HOST: '127.0.0.1', PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const exited = new Promise<number | null>(resolve => { child.once('exit', code => { resolve(code) }) })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const lines: string[] = []
  const url = await started(child, lines)
  return {
    url,
    pid: child.pid ?? 0,
    lines,
    exited,
    kill: async signal => {
      child.kill(signal)
      return exited
    }
  }
}

/** Resolves with the address of the start-up line; rejects with what the process said when it ends before. */
async function started (child: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const read = (line: string): void => {
      lines.push(line)
      const url = /"event":"gateway.started".*?"url":"([^"]+)"/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    }
    for (const stream of [child.stdout, child.stderr]) if (stream !== null) createInterface({ input: stream }).on('line', read)
    child.once('exit', code => { setTimeout(() => { reject(new Error(`the gateway ended with ${String(code)}:\n${lines.join('\n')}`)) }, 100) })
  })
}

/** Runs a command of the project to its end. */
export async function run (script: string, args: readonly string[], environment: Record<string, string>): Promise<{ code: number | null, output: string }> {
  const child = spawn(process.execPath, [join(DIST, script), ...args], {
    env: { PATH: process.env['PATH'], NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString() })
  const code = await new Promise<number | null>(resolve => { child.once('close', resolve) })
  return { code, output }
}
