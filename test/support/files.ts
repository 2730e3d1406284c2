// Uploads over real HTTP, and contents that look like what they say.
import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { KEY } from './gateway.js'

export const SIGNING_KEY = 'a-signing-key-of-32-characters-1'

export function aPdf (text = 'mẫu'): Buffer {
  return Buffer.from(`%PDF-1.7\n% ${text}\n%%EOF\n`)
}

export function sha256Of (content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

export interface Uploaded {
  status: number
  body: Record<string, unknown> & { id?: string, url?: string, sha256?: string, code?: string }
}

export interface UploadOptions {
  name?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  key?: string
}

/** Chunks go out as they come, without a length: as a client streams that does not know it. */
export async function upload (gateway: string, content: Buffer | AsyncIterable<Buffer>, { name = 'Đơn.pdf', query, headers = {}, key = KEY }: UploadOptions = {}): Promise<Uploaded> {
  const url = new URL(`${gateway}/v1/files?${new URLSearchParams(query ?? { name }).toString()}`)
  const length: Record<string, string> = Buffer.isBuffer(content) ? { 'content-length': String(content.length) } : {}
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', agent: false, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/pdf', ...length, ...headers } }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk })
        .on('end', () => {
          request.destroy()
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Uploaded['body'] })
        })
    })
    // The answer may come before the body has gone out; what becomes of the rest is the gateway's business.
    request.on('error', error => { setTimeout(() => { reject(error) }, 500).unref() })
    Readable.from(Buffer.isBuffer(content) ? [content] : content).pipe(request)
  })
}
