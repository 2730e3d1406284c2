/** `node dist/src/sandbox/server.js`: the sandbox in its own process. The only file of it that reads the environment. */
import { createSandbox } from './app.js'
import type { SandboxOptions } from './app.js'

async function start (environment: NodeJS.ProcessEnv): Promise<void> {
  const port = whole('SANDBOX_PORT', environment['SANDBOX_PORT'] ?? '8090')
  const sandbox = await createSandbox(optionsOf(environment))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => { void sandbox.close() })
  }
  const listening = await sandbox.listen(port, environment['SANDBOX_HOST'] ?? '127.0.0.1')
  process.stdout.write(JSON.stringify({ listening }) + '\n')
}

function optionsOf (environment: NodeJS.ProcessEnv): SandboxOptions {
  const { SANDBOX_USERNAME: username, SANDBOX_PASSWORD: password = 'sandbox', SANDBOX_KEPT_REQUESTS: kept } = environment
  return {
    ...(username !== undefined && { settings: { accounts: [{ username, password }] } }),
    ...(kept !== undefined && { keptRequests: whole('SANDBOX_KEPT_REQUESTS', kept) })
  }
}

function whole (name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} must be a whole number`)
  return Number(text)
}

try {
  await start(process.env)
} catch (error) {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
