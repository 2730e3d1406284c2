/** A small JSON client for the gateway and for the sandbox's control API. */
import { Pool } from 'undici'

export interface Answer<T> {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: T
}

export interface Api {
  url: string
  get: <T>(path: string) => Promise<T>
  post: <T>(path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer<T>>
  putCsv: <T>(path: string, csv: string) => Promise<Answer<T>>
  /** Whether the path answers at all with a page. */
  answers: (path: string) => Promise<boolean>
  close: () => Promise<void>
}

export interface ApiOptions {
  key?: string
  signal: AbortSignal
}

const CONNECTIONS = 16

export function createApi (url: string, { key, signal }: ApiOptions): Api {
  const pool = new Pool(url, { connections: CONNECTIONS, headersTimeout: 20_000, bodyTimeout: 20_000 })
  const always = { accept: 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) }

  async function get<T> (path: string): Promise<T> {
    const { statusCode, body } = await pool.request({ method: 'GET', path, headers: always, signal })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(`GET ${url}${path}: ${statusCode} ${text.slice(0, 300)}`)
    return JSON.parse(text) as T
  }

  async function send<T> (method: 'POST' | 'PUT', path: string, content: { headers: Record<string, string>, body: string }): Promise<Answer<T>> {
    const { statusCode, headers: answered, body } = await pool.request({ method, path, headers: { ...always, ...content.headers }, body: content.body, signal })
    return { status: statusCode, headers: answered, body: await body.json() as T }
  }

  async function post<T> (path: string, content: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return await send('POST', path, { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(content) })
  }

  async function putCsv<T> (path: string, csv: string): Promise<Answer<T>> {
    return await send('PUT', path, { headers: { 'content-type': 'text/csv' }, body: csv })
  }

  async function answers (path: string): Promise<boolean> {
    const { statusCode, body } = await pool.request({ method: 'GET', path, headers: { accept: 'text/html' }, signal })
    await body.dump()
    return statusCode < 400
  }

  return { url, get, post, putCsv, answers, close: () => pool.destroy() }
}
