// Keys of clients: kept as hashes, revoked for good, and the bootstrap client's one key.
import { sql } from 'kysely'
import t from 'tap'
import { addKey, BOOTSTRAP_CLIENT, findClient, generateKey, hashKey, listKeys, revokeKeys, SCOPES, syncBootstrapKey, touchKey } from '../../src/db/keys.js'
import { sqlState } from '../../src/db/open.js'
import { openTestDatabase } from '../support/database.js'

const { db } = await openTestDatabase(t)
let clients = 0

function nextClient (): string {
  return `client-${++clients}`
}

t.test('a key has 256 random bits behind a prefix that scanners find', async t => {
  const keys = Array.from({ length: 100 }, generateKey)
  for (const key of keys) t.match(key, /^lt_[\w-]{43}$/)
  t.equal(new Set(keys).size, 100)
})

t.test('only the hash of a key is stored, in no column the key', async t => {
  const key = generateKey()
  await addKey(db, { clientId: nextClient(), key, scopes: ['dossiers:read'] })
  const { rows } = await sql<{ row: string }>`select row_to_json(k)::text as row from client_keys k`.execute(db)
  t.notOk(rows.some(({ row }) => row.includes(key) || row.includes(Buffer.from(key).toString('hex')) || row.includes(Buffer.from(key).toString('base64'))))
  t.ok(rows.some(({ row }) => row.includes(hashKey(key).toString('hex'))))
})

t.test('a key finds its client and its scopes, and no other', async t => {
  const clientId = nextClient()
  const key = generateKey()
  const keyId = await addKey(db, { clientId, key, scopes: ['dossiers:read', 'audit:read'] })
  t.strictSame(await findClient(db, key), { id: clientId, keyId, scopes: ['dossiers:read', 'audit:read'], stale: true })
  t.equal(await findClient(db, generateKey()), undefined)
  t.equal(await findClient(db, ''), undefined)
})

t.test('revoking takes all keys of a client, or one, once', async t => {
  const clientId = nextClient()
  const keys = [generateKey(), generateKey(), generateKey()]
  const ids: string[] = []
  for (const key of keys) ids.push(await addKey(db, { clientId, key, scopes: [] }))
  t.equal(await revokeKeys(db, clientId, ids[0]), 1)
  t.equal(await revokeKeys(db, clientId, ids[0]), 0, 'it was revoked before')
  t.equal(await revokeKeys(db, 'somebody-else', ids[1]), 0, 'an id of another client is not taken')
  t.equal(await revokeKeys(db, clientId), 2)
  for (const key of keys) t.equal(await findClient(db, key), undefined)
  const shown = (await listKeys(db)).filter(row => row.client_id === clientId)
  t.strictSame(shown.map(row => [row.id, row.revoked_at instanceof Date]), ids.map(id => [id, true]))
  t.notOk(shown.some(row => 'key_hash' in row), 'a list shows no hash')
})

t.test('one key cannot be two clients\'', async t => {
  const key = generateKey()
  await addKey(db, { clientId: nextClient(), key, scopes: [] })
  t.equal(await addKey(db, { clientId: nextClient(), key, scopes: [] }).then(() => '', sqlState), '23505')
})

t.test('a client\'s id is plain', async t => {
  for (const clientId of ['', 'Upper', 'with blank', '-x', 'x'.repeat(64), 'a;b']) {
    t.equal(await addKey(db, { clientId, key: generateKey(), scopes: [] }).then(() => '', sqlState), '23514', clientId)
  }
})

t.test('the last use is stale after a minute', async t => {
  const key = generateKey()
  const keyId = await addKey(db, { clientId: nextClient(), key, scopes: [] })
  const stale = async (): Promise<unknown> => (await findClient(db, key))?.stale
  t.equal(await stale(), true, 'never used')
  await touchKey(db, keyId)
  t.equal(await stale(), false)
  await sql`update client_keys set last_used_at = now() - interval '59 seconds' where id = ${keyId}`.execute(db)
  t.equal(await stale(), false)
  await sql`update client_keys set last_used_at = now() - interval '61 seconds' where id = ${keyId}`.execute(db)
  t.equal(await stale(), true)
})

async function liveBootstrapKeys (): Promise<number> {
  return (await listKeys(db)).filter(row => row.client_id === BOOTSTRAP_CLIENT && row.revoked_at === null).length
}

t.test('the bootstrap key of the settings is the client\'s only live one; a new one revokes the old', async t => {
  const [first, second] = ['bootstrap-key-number-1', 'bootstrap-key-number-2']
  await syncBootstrapKey(db, first)
  await syncBootstrapKey(db, first)
  t.match(await findClient(db, first), { id: BOOTSTRAP_CLIENT, scopes: SCOPES })
  await syncBootstrapKey(db, second)
  t.equal(await findClient(db, first), undefined)
  t.match(await findClient(db, second), { id: BOOTSTRAP_CLIENT })
  await syncBootstrapKey(db, first)
  t.match(await findClient(db, first), { id: BOOTSTRAP_CLIENT }, 'going back to the old one works')
  t.equal(await findClient(db, second), undefined)
  t.equal(await liveBootstrapKeys(), 1)
  await syncBootstrapKey(db, undefined)
  t.equal(await liveBootstrapKeys(), 0, 'without a setting the client has no key')
})

t.test('several processes that start at once with one bootstrap key make one', async t => {
  const key = 'bootstrap-key-of-many'
  await Promise.all(Array.from({ length: 8 }, async () => syncBootstrapKey(db, key)))
  t.equal(await liveBootstrapKeys(), 1)
})

t.test('the bootstrap key has every scope, also those a newer version brings', async t => {
  const key = 'bootstrap-key-from-before'
  await syncBootstrapKey(db, key)
  await sql`update client_keys set scopes = '{dossiers:read}' where client_id = ${BOOTSTRAP_CLIENT} and revoked_at is null`.execute(db)
  await syncBootstrapKey(db, key)
  t.strictSame((await findClient(db, key))?.scopes, [...SCOPES])
})

t.test('a revoked key of another client does not come to life as bootstrap key', async t => {
  const clientId = nextClient()
  const key = 'key-of-another-client-1'
  await addKey(db, { clientId, key, scopes: ['dossiers:read'] })
  await revokeKeys(db, clientId)
  await syncBootstrapKey(db, key).catch(() => {})
  const found = await findClient(db, key)
  t.not(found?.id, clientId, 'it would act in that client\'s name, with every scope')
})
