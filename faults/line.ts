/** A TCP line to a store that can be cut, held up and mended, as networks are. Its own address never changes. */
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { steadyPort } from '../test/support/ports.js'

export interface Line {
  port: number
  /** Breaks every connection; new ones are still taken. */
  breakAll: () => void
  /** Breaks every connection and refuses new ones until mended. */
  cut: () => Promise<void>
  mend: () => Promise<void>
  /** Nothing passes, nothing is refused: a network that has gone silent. 0 ends it. */
  holdUp: (milliseconds: number) => void
  close: () => Promise<void>
}

export async function openLine (target: NetConnectOpts): Promise<Line> {
  const sockets = new Set<Socket>()
  const port = await steadyPort()
  let heldUntil = 0
  const forward = (from: Socket, to: Socket): void => {
    from.on('data', chunk => {
      const wait = heldUntil - Date.now()
      if (wait <= 0) {
        to.write(chunk)
        return
      }
      from.pause()
      setTimeout(() => {
        to.write(chunk)
        from.resume()
      }, wait)
    })
  }
  const server = createServer(inner => {
    const outer = connect(target)
    for (const [socket, other] of [[inner, outer], [outer, inner]] as const) {
      sockets.add(socket)
      forward(socket, other)
      socket.on('error', () => {}).on('end', () => { other.end() }).on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  const breakAll = (): void => { for (const socket of sockets) socket.destroy() }
  const cut = async (): Promise<void> => {
    const closed = new Promise<void>(resolve => { server.close(() => { resolve() }) })
    breakAll()
    await closed
  }
  await listen(server, port)
  return {
    port,
    breakAll,
    cut,
    mend: () => listen(server, port),
    holdUp: milliseconds => { heldUntil = Date.now() + milliseconds },
    close: async () => { if (server.listening) await cut() }
  }
}

async function listen (server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}
