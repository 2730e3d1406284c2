import { createHash } from 'node:crypto'

/** SHA-256 of a text in UTF-8, in lower-case hex. Everyone can compute it: it identifies a text and proves nothing. */
export function sha256 (text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
