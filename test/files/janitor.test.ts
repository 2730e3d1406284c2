// What the janitor removes, and what it must never remove.
import { join } from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { insertFile, lockUsableFiles, referToFiles, rememberBlob, removeUnreferenced } from '../../src/files/files.sql.js'
import { receiveFile } from '../../src/files/receive.js'
import { createDiskStorage } from '../../src/files/disk.js'
import { startJanitor } from '../../src/files/janitor.js'
import { typeById, type FileType } from '../../src/files/types.js'
import { openTestDatabase } from '../support/database.js'
import { aPdf, sha256Of } from '../support/files.js'

const { db } = await openTestDatabase(t)
const storage = createDiskStorage(join(t.testdir(), 'files'))
const janitor = startJanitor({ db, storage, unreferencedHours: 72, everyMs: undefined, log: (event, details) => { throw new Error(`${event} ${JSON.stringify(details)}`) } })
t.teardown(() => janitor.close())

const type = typeById('pdf') as FileType
const deps = { db, storage, maxBytes: 1000 }

async function received (text: string, { clientId = 'a', hoursAgo = 0 } = {}): Promise<{ id: string, sha256: string }> {
  const { file } = await receiveFile((async function * () { yield aPdf(text) })(), { clientId, name: 'a.pdf', type, sha256: undefined }, deps)
  await sql`update files set uploaded_at = now() - make_interval(hours => ${hoursAgo}) where id = ${file.id}`.execute(db)
  await sql`update file_blobs set stored_at = now() - make_interval(hours => ${hoursAgo}) where sha256 = decode(${file.sha256}, 'hex')`.execute(db)
  return file
}

async function dossier (code: string): Promise<string> {
  const { rows: [row] } = await sql<{ id: string }>`insert into dossiers (code, client_id, agency_code, procedure_code, revision, content_hash)
    values (${code}, 'a', 'H15', '1', 1, ''::bytea) returning id`.execute(db)
  return String(row?.id)
}

const isThere = async ({ id }: { id: string }): Promise<boolean> => await db.selectFrom('files').select('id').where('id', '=', id).executeTakeFirst() !== undefined
const hasContent = async ({ sha256 }: { sha256: string }): Promise<boolean> => await storage.stat(sha256) !== undefined

t.test('old files without a dossier go, with their content; young ones and those of dossiers stay', async t => {
  const dossierId = await dossier('one')
  const [old, young, used] = [await received('cũ', { hoursAgo: 73 }), await received('mới', { hoursAgo: 71 }), await received('dùng', { hoursAgo: 9999 })]
  await db.transaction().execute(tx => referToFiles(tx, [used.id], { dossierId, revision: 1 }))
  await janitor.run()
  t.strictSame(await Promise.all([old, young, used].map(isThere)), [false, true, true])
  t.strictSame(await Promise.all([old, young, used].map(hasContent)), [false, true, true])
  t.match(await db.selectFrom('audit_entries').select('details').where('action', '=', 'file.removed').execute(), [{ details: { file: old.id, client: 'a' } }])
})

t.test('a content stays while another client\'s file has it', async t => {
  const [old, other] = [await received('chung', { hoursAgo: 100 }), await received('chung', { clientId: 'b', hoursAgo: 1 })]
  await sql`update file_blobs set stored_at = now() - interval '100 hours'`.execute(db)
  await janitor.run()
  t.strictSame([await isThere(old), await isThere(other), await hasContent(other)], [false, true, true])
})

t.test('an upload again keeps an old file', async t => {
  const old = await received('lại', { hoursAgo: 100 })
  t.equal((await received('lại')).id, old.id)
  await janitor.run()
  t.ok(await isThere(old))
})

t.test('a file that gets its reference while the janitor runs stays', async t => {
  const dossierId = await dossier('two')
  const file = await received('đang nhận', { hoursAgo: 100 })
  await db.transaction().execute(async tx => {
    t.ok((await lockUsableFiles(tx, [file.id], { clientId: 'a', dossierCode: 'two' })).has(file.id))
    await janitor.run()
    await referToFiles(tx, [file.id], { dossierId, revision: 1 })
  })
  await janitor.run()
  t.strictSame([await isThere(file), await hasContent(file)], [true, true])
})

t.test('a dossier that asks for a file while it is being removed is told that it is not there', async t => {
  const file = await received('đang xóa', { hoursAgo: 100 })
  let asked: Promise<Set<string>> | undefined
  await db.transaction().execute(async tx => {
    t.match(await removeUnreferenced(tx, { before: new Date(Date.now() - 72 * 3_600_000), limit: 100 }), [{ id: file.id }])
    asked = lockUsableFiles(db, [file.id], { clientId: 'a', dossierCode: 'three' })
  })
  t.strictSame(await asked, new Set())
})

t.test('a content that is uploaded again while it is being removed is there afterwards', async t => {
  const text = 'xóa rồi gửi'
  const file = await received(text, { hoursAgo: 100 })
  await Promise.all([janitor.run(), received(text), received(text, { clientId: 'b' })])
  await janitor.run()
  const left = await db.selectFrom('files').select('id').where('sha256', '=', Buffer.from(file.sha256, 'hex')).execute()
  t.equal(left.length, 2)
  t.ok(await hasContent(file))
})

t.test('what a process left that died between its steps is found: a row without a content, a content without a file', async t => {
  const [row, lost] = [sha256Of(Buffer.from('hàng')), await received('mất hàng', { hoursAgo: 100 })]
  await rememberBlob(db, { sha256: row, size: 5 })
  await sql`delete from files where id = ${lost.id}`.execute(db)
  await sql`update file_blobs set stored_at = now() - interval '100 hours'`.execute(db)
  await janitor.run()
  const blobs = await db.selectFrom('file_blobs').select('sha256').where('sha256', 'in', [row, lost.sha256].map(hash => Buffer.from(hash, 'hex'))).execute()
  t.strictSame([blobs, await hasContent(lost)], [[], false])
})

t.test('more than a batch is removed in one round', async t => {
  await db.transaction().execute(async tx => {
    const sha256 = sha256Of(Buffer.from('nhiều'))
    await rememberBlob(tx, { sha256, size: 5 })
    for (let n = 0; n < 250; n++) await insertFile(tx, { clientId: 'many', sha256, size: 5, type: 'pdf', name: `${n}.pdf` })
    await sql`update files set uploaded_at = now() - interval '100 hours' where client_id = 'many'`.execute(tx)
  })
  await janitor.run()
  t.strictSame(await db.selectFrom('files').select('id').where('client_id', '=', 'many').execute(), [])
})
