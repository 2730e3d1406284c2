// A line to the database that can be cut and mended, as networks are.
import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'
import { steadyPort } from '../../support/ports.js'

export interface Line {
  /** The database's address through the line. */
  url: string
  cut: () => Promise<void>
  mend: () => Promise<void>
  /** From now on nothing passes on the connections there are, and none of them is closed: a store that hangs. */
  hang: () => void
  /** Connections that were opened through it so far. */
  opened: () => number
}

export async function startLine (t: Test, databaseUrl: string): Promise<Line> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let opened = 0
  const server = createServer(inner => {
    opened++
    const outer = connect(Number(target.port), target.hostname)
    for (const [socket, other] of [[inner, outer], [outer, inner]] as const) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => {
        sockets.delete(socket)
        other.destroy()
      }).pipe(other)
    }
  })
  const listen = async (port: number): Promise<void> => new Promise((resolve, reject) => { server.once('error', reject).listen(port, '127.0.0.1', resolve) })
  const cut = async (): Promise<void> => {
    const closed = new Promise<void>(resolve => { server.close(() => { resolve() }) })
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const port = await steadyPort()
  await listen(port)
  t.teardown(async () => { if (server.listening) await cut() })
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return { url: url.href, cut, mend: async () => listen(port), hang: () => { for (const socket of sockets) socket.unpipe().pause() }, opened: () => opened }
}
