// What the real process refuses to start with, and what it says then.
import { createServer } from 'node:net'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase } from '../../src/db/open.js'
import { createDatabase, openTestDatabase } from '../support/database.js'
import { portalSettings } from '../support/gateway.js'
import { run } from '../support/process.js'

t.setTimeout(90_000)
const SERVER = 'src/process/server.js'
const PORTAL = portalSettings('http://127.0.0.1:1')

/** Starts the server with settings that stop it; it must say why in sentences and end with 1. */
async function refusedStart (t: Test, environment: Record<string, string>, args: string[] = []): Promise<string> {
  const { code, output } = await run(SERVER, args, { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn', ...environment })
  t.equal(code, 1)
  t.match(output, /cannot start:$/m)
  t.notMatch(output, /^\s+at /m, 'no stack trace')
  return output
}

t.test('pending migrations stop the start and the command is told', async t => {
  const url = await createDatabase(t)
  const output = await refusedStart(t, { ...PORTAL, DATABASE_URL: url })
  t.match(output, /lacks migrations \(0001-spine[^)]*\).*npx lienthong migrate.*MIGRATE_ON_START=yes/)
  const db = openDatabase({ url, maxConnections: 1, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  t.strictSame((await sql`select 1 from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`.execute(db)).rows, [], 'nothing was made')
})

t.test('a schema of a newer version stops the start, whatever MIGRATE_ON_START says', async t => {
  const { url, db } = await openTestDatabase(t)
  await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '2027-01-01')`.execute(db)
  t.match(await refusedStart(t, { ...PORTAL, DATABASE_URL: url, MIGRATE_ON_START: 'yes' }), /9999-from-the-future.*newer version/)
})

t.test('a role that is none stops the start', async t => {
  t.match(await refusedStart(t, { DATABASE_URL: 'postgresql://127.0.0.1:1/x' }, ['both']), /unknown role both; roles are all, api, worker/)
})

t.test('an API alone cannot live on a private database', async t => {
  t.match(await refusedStart(t, PORTAL, ['api']), /DATABASE_URL: missing; start:api /)
})

t.test('settings of an adapter that are missing stop the start, each named with its variable', async t => {
  const { ADAPTER_NATIONAL_PORTAL_PASSWORD: _, ADAPTER_NATIONAL_PORTAL_BASE_URL: __, ...rest } = PORTAL
  const missing = await refusedStart(t, { ...rest, DATABASE_URL: 'postgresql://127.0.0.1:1/x' })
  t.match(missing, /^ADAPTER_NATIONAL_PORTAL_BASE_URL: missing$/m)
  t.match(missing, /^ADAPTER_NATIONAL_PORTAL_PASSWORD: missing; ADAPTER_NATIONAL_PORTAL_GENERATION is a$/m)
})

t.test('every wrong setting is told in one go, secrets unsaid', async t => {
  const output = await refusedStart(t, { PORT: 'http', OUTBOUND: 'off', DATABASE_URL: 'mysql://u:mat-khau-9f31@h/d', BOOTSTRAP_API_KEY: 'ngan-9f31' })
  for (const name of ['PORT', 'OUTBOUND', 'DATABASE_URL', 'BOOTSTRAP_API_KEY']) t.match(output, new RegExp(`^${name}: `, 'm'))
  t.notMatch(output, /9f31/)
})

t.test('a database that does not answer stops the start, without its password', async t => {
  const output = await refusedStart(t, { ...PORTAL, DATABASE_URL: 'postgresql://user:mat-khau-9f31@127.0.0.1:1/x' })
  t.match(output, /DATABASE_URL: .*ECONNREFUSED/)
  t.notMatch(output, /9f31/)
})

t.test('a port that is taken stops the start, and the process ends', async t => {
  const { url } = await openTestDatabase(t)
  const taken = createServer()
  await new Promise<void>(resolve => { taken.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => taken.close())
  const address = taken.address()
  const port = String(typeof address === 'object' && address !== null ? address.port : 0)
  const { code, output } = await run(SERVER, [], { ...PORTAL, DATABASE_URL: url, HOST: '127.0.0.1', PORT: port, LOG_LEVEL: 'warn' })
  t.equal(code, 1)
  t.match(output, /EADDRINUSE/)
})
