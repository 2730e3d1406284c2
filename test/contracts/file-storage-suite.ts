// What every storage of contents must do, whatever it is made of. A new one calls this with a factory of its own.
import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import type { FileStorage, IncomingFile } from '../../src/files/storage.js'

/** A storage with nothing in it. */
export type StorageFactory = (t: Test) => Promise<FileStorage>

async function * pieces (...parts: string[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part)
}

async function * breakingOff (): AsyncGenerator<Buffer> {
  yield Buffer.from('một nửa')
  throw new Error('the line is cut')
}

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex')

export function fileStorageSuite (t: Test, factory: StorageFactory): void {
  t.test('a content is there under its hash once it is kept, and not before', async t => {
    const storage = await factory(t)
    const incoming = await storage.put(pieces('giấy ', 'tờ'))
    t.match(incoming, { sha256: hashOf('giấy tờ'), size: Buffer.byteLength('giấy tờ') })
    t.equal(await storage.stat(incoming.sha256), undefined)
    await incoming.keep()
    t.strictSame(await storage.stat(incoming.sha256), { size: incoming.size })
    t.equal(await text(await storage.open(incoming.sha256)), 'giấy tờ')
  })

  t.test('a range is read with both its ends', async t => {
    const storage = await factory(t)
    const { sha256, keep } = await storage.put(pieces('0123456789'))
    await keep()
    t.equal(await text(await storage.open(sha256, { first: 2, last: 4 })), '234')
    t.equal(await text(await storage.open(sha256, { first: 9, last: 9 })), '9')
  })

  t.test('what breaks off rejects with its own error, and leaves nothing to sweep', async t => {
    const storage = await factory(t)
    await t.rejects(storage.put(breakingOff()), /the line is cut/)
    t.equal(await storage.sweep(new Date(Date.now() + 60_000)), 0)
  })

  t.test('what is discarded is gone; what nobody ended is swept once it is old', async t => {
    const storage = await factory(t)
    const [discarded, left] = [await storage.put(pieces('bỏ')), await storage.put(pieces('quên'))]
    await discarded.discard()
    t.equal(await storage.sweep(new Date(Date.now() - 60_000)), 0, 'an upload may still run')
    t.equal(await storage.sweep(new Date(Date.now() + 60_000)), 1)
    t.equal(await storage.stat(left.sha256), undefined)
  })

  t.test('the same content twice, at once or later, is one content', async t => {
    const storage = await factory(t)
    const twice = await Promise.all([storage.put(pieces('một')), storage.put(pieces('một'))])
    await Promise.all(twice.map(async (incoming: IncomingFile) => { await incoming.keep() }))
    await (await storage.put(pieces('một'))).keep()
    t.equal(await text(await storage.open(hashOf('một'))), 'một')
    t.equal(await storage.sweep(new Date(Date.now() + 60_000)), 0, 'no copy is left over')
  })

  t.test('a deleted content is gone, and deleting it again is no error; it can be kept anew', async t => {
    const storage = await factory(t)
    await (await storage.put(pieces('xóa'))).keep()
    await storage.delete(hashOf('xóa'))
    await storage.delete(hashOf('xóa'))
    t.equal(await storage.stat(hashOf('xóa')), undefined)
    await t.rejects(storage.open(hashOf('xóa')))
    await (await storage.put(pieces('xóa'))).keep()
    t.equal(await text(await storage.open(hashOf('xóa'))), 'xóa')
  })

  t.test('sweeping and looking into an empty storage finds nothing', async t => {
    const storage = await factory(t)
    t.equal(await storage.sweep(new Date()), 0)
    t.equal(await storage.stat(hashOf('không')), undefined)
  })
}
