// A gateway reduced to its database: opens the folder given as argument, prints one JSON line, waits.
// It stops in order on SIGINT, SIGTERM or when its standard input closes (the test has ended, however it ended).
import { Client } from 'pg'
import { EmbeddedDatabaseError, openEmbedded, type EmbeddedServer } from '../../src/db/embedded.js'

export interface ChildReport {
  readonly url?: string
  readonly origin?: string
  readonly code?: string
  readonly message?: string
  readonly stopped?: boolean
  readonly answeredAfterSignal?: boolean
}

const [dataDir = '', binariesDir] = process.argv.slice(2)
const opening = openEmbedded({ dataDir, ...(binariesDir === undefined ? {} : { binariesDir }) })

function print (report: ChildReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

async function answers (url: string): Promise<boolean> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  const answered = await client.connect().then(() => true, () => false)
  await client.end().catch(() => {})
  return answered
}

async function close (server: EmbeddedServer): Promise<void> {
  const answeredAfterSignal = await answers(server.url)
  await server.stop()
  print({ stopped: true, answeredAfterSignal })
  process.exit(0)
}

async function closeOnce (): Promise<void> {
  await opening.then(close, () => process.exit(1))
}

process.once('SIGINT', closeOnce)
process.once('SIGTERM', closeOnce)
process.stdin.once('end', closeOnce).resume()

opening.then(
  (server) => { print({ url: server.url, origin: server.origin }) },
  (error: unknown) => {
    print(error instanceof EmbeddedDatabaseError ? { code: error.code, message: error.message } : { message: String(error) })
    process.exit(1)
  }
)
