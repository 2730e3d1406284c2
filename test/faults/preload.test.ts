// A kill at a point is a kill: no handler runs, and nothing is written after it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { DIST } from '../support/places.js'

const module = (path: string): string => JSON.stringify(pathToFileURL(join(DIST, path)).href)

/** Passes a point five times and says so each time. */
const PASSING = `const { reached } = await import(${module('src/base/kill-points.js')})
const say = word => process.stdout.write(word + '\\n')
process.on('exit', () => say('exit'))
const pass = () => { for (let n = 1; n <= 5; n++) { say(n); reached('delivery.claimed') } }
const stay = setInterval(() => {}, 1000)
if (process.send) process.once('message', () => setImmediate(pass)); else { clearInterval(stay); pass() }
process.send?.('listening')`

async function passFiveTimes (environment: Record<string, string>, order?: object): Promise<{ output: string, signal: string | null }> {
  const child = spawn(process.execPath, ['--import', pathToFileURL(join(DIST, 'faults/preload.js')).href, '--input-type=module', '-e', PASSING], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit', ...(order === undefined ? [] : ['ipc' as const])]
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => { output += chunk.toString() })
  if (order !== undefined) child.once('message', () => { child.send(order) })
  const signal = await new Promise<string | null>(resolve => { child.once('close', (_code, ended) => { resolve(ended) }) })
  return { output: output.trim().split('\n').join(' '), signal }
}

t.test('without an order nothing happens', async t => {
  t.strictSame(await passFiveTimes({}), { output: '1 2 3 4 5 exit', signal: null })
})

t.test('an order of the environment kills at that passing', async t => {
  t.strictSame(await passFiveTimes({ FAULT_POINT: 'delivery.claimed:3' }), { output: '1 2 3', signal: 'SIGKILL' })
  t.strictSame(await passFiveTimes({ FAULT_POINT: 'delivery.settled' }), { output: '1 2 3 4 5 exit', signal: null }, 'another point')
})

t.test('an order over the channel kills a process that runs already', async t => {
  t.strictSame(await passFiveTimes({}, { point: 'delivery.claimed', passing: 2 }), { output: '1 2', signal: 'SIGKILL' })
})
