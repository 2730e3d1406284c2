/** Bytes of an import, decompressed as they come, with an end to what a few compressed bytes may become. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { compressedTooMuch, gzipBroken, uploadTooLarge } from './problems.js'

/** Dossiers of one kind, line after line, come to about a hundred; deflate's best is 1032, which only a bomb reaches. */
const MAX_RATIO = 200
/** So much may come of nothing: a ratio says little at the beginning. */
const FREE_BYTES = 8 * 1024 * 1024

/** Several members, one after the other, are one file, as `gzip -d` has it. Anything else behind them is an error, not ignored. */
export async function * gunzipped (compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 })
  let given = 0
  const counted = async function * (): AsyncGenerator<Buffer> {
    for await (const chunk of compressed) {
      given += chunk.length
      yield chunk
    }
  }
  // What fails in there is seen below, where it is read.
  pipeline(Readable.from(counted(), { highWaterMark: 1 }), gunzip).catch(() => {})
  let bytes = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > FREE_BYTES && bytes > gunzip.bytesWritten * MAX_RATIO) throw compressedTooMuch(MAX_RATIO)
      yield chunk
    }
  } catch (error) {
    throw /^Z_/.test(String((error as { code?: unknown }).code)) ? gzipBroken() : error
  }
  if (gunzip.bytesWritten < given) throw gzipBroken()
}

export async function * limited (chunks: AsyncIterable<Buffer>, maxMb: number): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > maxMb * 1024 * 1024) throw uploadTooLarge(maxMb)
    yield chunk
  }
}
