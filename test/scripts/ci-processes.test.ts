// No step can hang, and nothing that a step starts outlives the run.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { leftBehind, run, sweep } from '../../scripts/ci/processes.js'
import { until } from '../support/gateway.js'

const SLEEPER = 'sleep 600'
/** Waits for a process that is to have left the session: one that has not yet would be ended with it. */
const UP = 'until [ -e up ]; do sleep 0.05; done'

async function workspace (t: Test): Promise<{ folder: string, environment: NodeJS.ProcessEnv }> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-ci-test-'))
  t.teardown(async () => {
    await sweep(folder, 0)
    await rm(folder, { recursive: true, force: true })
  })
  return { folder, environment: { PATH: process.env['PATH'], TMPDIR: folder } }
}

t.test('a step tells its exit code and both outputs, by the line where that is wanted', async t => {
  const lines: string[] = []
  const ended = await run(['sh', '-c', 'echo one; echo two; echo wrong >&2; exit 3'], { seconds: 60, onLine: line => lines.push(line) })
  t.strictSame(ended, { code: 3, stdout: 'one\ntwo\n', stderr: 'wrong\n' })
  t.strictSame(lines, ['one', 'two'])
})

t.test('a program that is missing has failed', async t => {
  t.match(await run(['lienthong-no-such-program'], { seconds: 60 }), { code: null, stderr: /ENOENT/ })
})

t.test('a step that hangs is cut and has failed, with its children', async t => {
  const { folder, environment } = await workspace(t)
  const ended = await run(['sh', '-c', `echo begun; ${SLEEPER} & ${SLEEPER}`], { seconds: 0.5, environment })
  t.match(ended, { code: null, stdout: 'begun\n', stderr: /no end within 0.5 s: stopped/ })
  await until(() => leftBehind(folder).length === 0)
})

t.test('one that will not be asked is killed', async t => {
  const { folder, environment } = await workspace(t)
  const ended = await run(['sh', '-c', `trap '' TERM; ${SLEEPER}; ${SLEEPER}`], { seconds: 0.5, graceMs: 100, environment })
  t.match(ended, { code: null, stderr: /stopped/ })
  await until(() => leftBehind(folder).length === 0)
})

t.test('a step ends although a child of it holds its output open', async t => {
  const { folder, environment } = await workspace(t)
  const ended = await run(['sh', '-c', `setsid sh -c 'touch up; exec ${SLEEPER}' & ${UP}; echo done`], { seconds: 60, environment, cwd: folder })
  t.match(ended, { code: 0, stdout: 'done\n' })
  t.equal(leftBehind(folder).length, 1, 'a session of its own outlives the step')
  t.equal((await sweep(folder)).length, 1, 'and is swept')
  t.strictSame(leftBehind(folder), [])
})

t.test('a server with a bare environment is found by the folder it lives in, and killed where it will not end', async t => {
  const { folder } = await workspace(t)
  await run(['sh', '-c', `setsid env -i PATH="$PATH" sh -c 'trap "" TERM; touch up; while :; do sleep 1; done' > /dev/null 2>&1 & ${UP}`], { seconds: 60, cwd: folder })
  t.not(leftBehind(folder).length, 0)
  await sweep(folder, 200)
  await until(() => leftBehind(folder).length === 0)
  t.pass('nothing is left')
})

t.test('an interruption ends the step that runs', async t => {
  const stopping = new AbortController()
  const running = run(['sh', '-c', SLEEPER], { seconds: 60, signal: stopping.signal })
  stopping.abort()
  t.match(await running, { code: null, stderr: 'interrupted\n' })
  t.match(await run(['sh', '-c', SLEEPER], { seconds: 60, signal: stopping.signal }), { code: null }, 'a later one, too')
})
