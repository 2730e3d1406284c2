import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { post, start } from './support.js'

type Process = ChildProcessByStdio<null, Readable, Readable>

const SERVER = fileURLToPath(new URL('../../src/sandbox/server.js', import.meta.url))

function run (t: Test, environment: Record<string, string>): Process {
  const child = spawn(process.execPath, [SERVER], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => { child.kill('SIGKILL') })
  return child
}

async function address (child: Process): Promise<string> {
  const [line] = await once(child.stdout, 'data') as [Buffer]
  return (JSON.parse(line.toString()) as { listening: string }).listening
}

t.test('the process says where it listens and stops cleanly in the middle of a hanging call', async t => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const child = run(t, { SANDBOX_PORT: '0', SANDBOX_USERNAME: 'u', SANDBOX_PASSWORD: 'p' })
    const base = await address(child)
    t.match(base, /^http:\/\/127\.0\.0\.1:\d+$/)
    t.match(await (await post(`${base}/mapi/login`, { username: 'u', password: 'p' })).json(), { error_code: 0 })
    await post(`${base}/control/faults`, { kind: 'hang' })
    const hanging = t.rejects(post(`${base}/mapi/login`, {}))
    while ((await (await fetch(`${base}/control/summary`)).json() as { requests: number }).requests < 2);
    child.kill(signal)
    t.strictSame(await once(child, 'exit'), [0, null])
    await hanging
  }
})

t.test('a setting that is no number stops the start and is named', async t => {
  const child = run(t, { SANDBOX_PORT: 'x' })
  const said = text(child.stderr)
  t.strictSame(await once(child, 'exit'), [1, null])
  t.match(await said, /SANDBOX_PORT/)
})

t.test('a port in use ends the process with a reason', async t => {
  const { base } = await start(t)
  const child = run(t, { SANDBOX_PORT: new URL(base).port })
  const said = text(child.stderr)
  t.strictSame(await once(child, 'exit'), [1, null])
  t.match(await said, /EADDRINUSE/)
})
