// The folder keeps to the contract of every storage, and its files are nobody else's to read.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { createDiskStorage } from '../../src/files/disk.js'
import { fileStorageSuite } from '../contracts/file-storage-suite.js'

fileStorageSuite(t, async t => createDiskStorage(join(t.testdir(), 'files')))

t.test('contents stand at ab/cd/<sha256>, and only the gateway\'s account can read them', async t => {
  const folder = join(t.testdir(), 'files')
  const { sha256, keep } = await createDiskStorage(folder).put((async function * () { yield Buffer.from('x') })())
  await keep()
  const place = join(folder, sha256.slice(0, 2), sha256.slice(2, 4))
  t.strictSame(await readdir(place), [sha256])
  t.equal((await stat(join(place, sha256))).mode & 0o077, 0)
  t.equal((await stat(place)).mode & 0o077, 0)
})

t.test('a folder that cannot be made is told by its system error', async t => {
  const { put } = createDiskStorage(join(t.testdir({ file: '' }), 'file', 'files'))
  await t.rejects(put((async function * () { yield Buffer.from('x') })()), /ENOTDIR.*mkdir/)
})
