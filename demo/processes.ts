/** The stage: a sandbox and a gateway with a database of its own in a fresh folder. Nothing of it outlives the demo. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startChild, type Child, type Program } from './children.js'

export interface Stage {
  sandboxUrl: string
  gatewayUrl: string
  key: string
  /** Gateway, then sandbox, then the folder. */
  stop: () => Promise<void>
}

export interface StageOptions {
  port: number
  signal: AbortSignal
  /** A child ended that should not have. */
  lost: (error: Error) => void
}

export async function openStage ({ port, signal, lost }: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-demo-'))
  // The account that runs PostgreSQL when we are root must be able to pass.
  await chmod(folder, 0o711)
  const children: Child[] = []
  const stop = async (): Promise<void> => {
    for (const child of children.splice(0).reverse()) await child.stop()
    await removeFolder(folder)
  }
  const start = async (program: Program): Promise<string> => {
    const child = await startChild(program, signal, lost)
    children.push(child)
    return child.url
  }
  try {
    const key = `demo-${randomBytes(18).toString('base64url')}`
    const sandboxUrl = await start(sandboxProgram())
    const gatewayUrl = await start(gatewayProgram({ sandboxUrl, key, port, folder }))
    return { sandboxUrl, gatewayUrl, key, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function sandboxProgram (): Program {
  return {
    name: 'sandbox',
    script: 'src/sandbox/server.js',
    environment: inherited({ SANDBOX_PORT: '0' }),
    addressIn: line => member(line, 'listening')
  }
}

interface GatewayOptions {
  sandboxUrl: string
  key: string
  port: number
  folder: string
}

function gatewayProgram ({ sandboxUrl, key, port, folder }: GatewayOptions): Program {
  return {
    name: 'gateway',
    script: 'src/process/server.js',
    environment: inherited({
      PORT: String(port),
      DATA_DIR: folder,
      BOOTSTRAP_API_KEY: key,
      // Short, so that a demo of outages fits into seconds.
      LEASE_SECONDS: '5',
      SWEEP_SECONDS: '1',
      GRACE_SECONDS: '3',
      ADAPTERS: 'national-portal',
      ...portalSettings(sandboxUrl)
    }),
    addressIn: line => line.includes('"gateway.started"') ? member(line, 'url') : undefined
  }
}

function portalSettings (sandboxUrl: string): Record<string, string> {
  const settings = {
    BASE_URL: `${sandboxUrl}/XrdAdapter/RestService/forward`,
    LOGIN_PATH: 'mapi/login',
    WRITE_PATH: 'mapi/g',
    READ_PATH: 'mapi/g',
    USERNAME: '000.00.00.H15',
    PASSWORD: 'sandbox',
    UNIT_CODE: '000.00.00.H15',
    DSTCODE: 'VN:GOV:000.00.00.G22:vpcpdvcprovider',
    RETRY_DELAYS_SECONDS: '0.3,0.6,1,2',
    CALL_TIMEOUT_MS: '1500',
    // The sandbox takes what it gets, and the benchmark measures the gateway, not the portal's pace.
    CALLS_PER_SECOND: 'unlimited'
  }
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`ADAPTER_NATIONAL_PORTAL_${name}`, value]))
}

/** Only what a program needs to run: a DATABASE_URL or ADAPTER_… of the caller's shell must not reach the demo. */
function inherited (settings: Record<string, string>): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR'].flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(kept), ...settings }
}

function member (line: string, name: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(line) as Record<string, unknown>)[name]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** A database in its last moments may still write. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }

/** The database's home may be a link to where its account can reach it (`src/db/embedded-place.ts`). */
async function removeFolder (folder: string): Promise<void> {
  const home = await realpath(join(folder, 'postgres')).catch(() => undefined)
  if (home !== undefined) {
    await endDatabase(join(home, 'data'))
    await rm(home, REMOVAL)
  }
  await rm(folder, REMOVAL)
}

/** The gateway stops its database; only one that had to be killed leaves it, and then its folder names it. */
async function endDatabase (data: string): Promise<void> {
  const pidFile = async (): Promise<string[]> => (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const [pid = '', of] = await pidFile()
  if (!/^\d+$/.test(pid) || of !== data) return
  try {
    process.kill(Number(pid), 'SIGQUIT')
  } catch {
    return
  }
  for (let waits = 0; waits < 30 && (await pidFile())[0] === pid; waits++) await delay(100)
}
