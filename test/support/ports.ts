import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A port for a server that goes away and comes back. Taken from below the range the system hands out by itself:
 * a client that tries again while nobody listens may be given that very port as its own, meets itself (TCP's
 * simultaneous open), and the server can then never come back.
 */
export async function steadyPort (): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(12_000, 32_000)
    if (await isFree(port)) return port
  }
  throw new Error('no free port between 12000 and 32000')
}

async function isFree (port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => { resolve(false) })
    server.listen(port, '127.0.0.1', () => { server.close(() => { resolve(true) }) })
  })
}
