/** NDJSON: from bytes as they arrive to one checked dossier a line. Holds one line at a time, and no line above the limit. */
import type { Dossier } from '../model/dossier-types.js'
import type { Finding } from '../model/findings.js'
import { Problem, type ProblemItem } from '../base/problem.js'
import { readDossier } from '../dossier/documents.js'
import type { LineHash } from './line-hash.js'
import type { Validator } from '../dossier/validate.js'

export interface RawLine {
  /** From 1; blank lines count. */
  number: number
  /** Undefined: longer than the limit. */
  bytes: Buffer | undefined
}

const LINE_FEED = 0x0a

/** Lines end with LF or CR LF; the last one may end with the input. `limit` is in bytes, without the line's end. */
export async function * splitLines (chunks: AsyncIterable<Buffer>, limit: number, hash?: LineHash): AsyncGenerator<RawLine> {
  let number = 0
  let pieces: Buffer[] = []
  let size = 0
  const take = (piece: Buffer): void => {
    hash?.add(piece)
    size += piece.length
    if (size > limit) pieces = []
    else pieces.push(piece)
  }
  const line = (): RawLine => {
    hash?.endLine()
    const ended = { number: ++number, bytes: size > limit ? undefined : Buffer.concat(pieces) }
    pieces = []
    size = 0
    return ended
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      take(chunk.subarray(from, end))
      yield line()
      from = end + 1
    }
    if (from < chunk.length) take(chunk.subarray(from))
  }
  if (size > 0) yield line()
}

export type ReadLine =
  | { kind: 'blank' }
  | { kind: 'dossier', dossier: Dossier, findings: Finding[] }
  /** `dossierCode` is null where the line has none that may be repeated. */
  | { kind: 'rejected', dossierCode: string | null, errors: readonly ProblemItem[] }

/** Checks a line as a push of it would be checked. */
export function readLine (bytes: Buffer | undefined, validator: Validator): ReadLine {
  if (bytes === undefined) return { kind: 'rejected', dossierCode: null, errors: [TOO_LONG] }
  const text = decode(bytes)
  if (text?.trim() === '') return { kind: 'blank' }
  const document = text === undefined ? undefined : parse(text)
  if (document === undefined) return { kind: 'rejected', dossierCode: null, errors: [MALFORMED] }
  try {
    return { kind: 'dossier', ...readDossier({ validator, now: new Date() }, document) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { kind: 'rejected', dossierCode: codeOf(document), errors: itemsOf(error) }
  }
}

function decode (bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** No JSON is `undefined`, so that one says what it is not. */
function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Only what is a code is repeated: anything else may be somebody's name in the wrong place. */
function codeOf (document: unknown): string | null {
  const code = (document as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^(?=.{1,50}$)[0-9A-Za-z]+([._-][0-9A-Za-z]+)*$/.test(code) ? code : null
}

export function itemsOf ({ options }: Problem): readonly ProblemItem[] {
  const { errors = [], code, detail, detailEn } = options
  return errors.length > 0 ? errors : [{ pointer: '', code, message: detail, messageEn: detailEn }]
}

const TOO_LONG: ProblemItem = {
  pointer: '',
  code: 'line-too-long',
  message: 'Dòng dài hơn giới hạn của một hồ sơ (BODY_LIMIT_BYTES). Mỗi hồ sơ một dòng; gửi tệp bằng đường dẫn, không nhúng vào hồ sơ.',
  messageEn: 'The line is longer than one dossier may be (BODY_LIMIT_BYTES). One dossier a line; files as links, not inside a dossier.'
}

const MALFORMED: ProblemItem = {
  pointer: '',
  code: 'malformed-json',
  message: 'Dòng không phải JSON hợp lệ (UTF-8). Mỗi dòng là một hồ sơ trọn vẹn, không ngắt dòng bên trong.',
  messageEn: 'The line is not valid JSON (UTF-8). Each line is one whole dossier, with no line break inside.'
}
