// A client of bulk intake that writes and reads at its own pace.
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { KEY } from './gateway.js'

export type Line = Record<string, unknown>

export interface ImportCall {
  /** Resolves when the client may go on writing. */
  write: (text: string) => Promise<void>
  end: (text?: string) => void
  /** The status line and headers; lines are read only as they are asked for. */
  answered: Promise<IncomingMessage>
  /** The next `count` lines. */
  lines: (count: number) => Promise<Line[]>
  /** All lines that are left; ends with the connection. */
  rest: () => Promise<Line[]>
  /** Breaks the connection. */
  cut: () => void
}

export function openImport (url: string, { query = '', headers = {} }: { query?: string, headers?: Record<string, string> } = {}): ImportCall {
  const call = request(`${url}/v1/dossiers/import${query}`, {
    method: 'POST', headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/x-ndjson', ...headers }
  })
  call.on('error', () => {})
  call.flushHeaders()
  const answered = once(call, 'response').then(([response]) => response as IncomingMessage)
  answered.catch(() => {})
  let iterator: AsyncIterator<string> | undefined
  const next = async (): Promise<Line | undefined> => {
    iterator ??= createInterface({ input: (await answered).on('error', () => {}) })[Symbol.asyncIterator]()
    const { done, value } = await iterator.next()
    return done === true ? undefined : JSON.parse(value) as Line
  }
  return {
    write: async text => { if (!call.write(text)) await once(call, 'drain') },
    end: text => { call.end(text) },
    answered,
    lines: async count => {
      const lines: Line[] = []
      for (let line; lines.length < count && (line = await next()) !== undefined;) lines.push(line)
      return lines
    },
    rest: async () => {
      const lines: Line[] = []
      for (let line; (line = await next()) !== undefined;) lines.push(line)
      return lines
    },
    cut: () => { call.destroy() }
  }
}
