// What became of a failure nobody foresaw: a problem document without its text, and a log line without it too.
import { Writable } from 'node:stream'
import fastify from 'fastify'
import { pino } from 'pino'
import t from 'tap'
import problems from '../../../src/http/plugins/problems.js'
import { checkProblem } from '../refusal.js'
import { checkNobody, PERSON, QUOTING } from '../../process/personal.js'

let logged = ''
const log = pino({ level: 'trace' }, new Writable({
  write (chunk, _encoding, done) {
    logged += String(chunk)
    done()
  }
}))
const app = fastify({ loggerInstance: log })
t.teardown(() => app.close())
app.addHook('onSend', async (request, reply) => { reply.header('x-correlation-id', request.id) })
await app.register(problems)
let thrown: unknown
app.get('/', async () => { throw thrown })

async function answerTo (error: unknown): Promise<Awaited<ReturnType<typeof app.inject>>> {
  thrown = error
  logged = ''
  return app.inject({ url: '/' })
}

/** An error as a library throws it. */
function failure (message: string, members: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(message), members)
}

const DEFECTS: Record<string, unknown> = {
  'an error of ours': new TypeError(`cannot read ${QUOTING}`),
  'an error whose text has several lines': failure(`defect\n${QUOTING}\n${PERSON.phone}`),
  'a text of the database': failure(`duplicate key value violates unique constraint "dossiers_code_key": ${QUOTING}`, { code: '23505', detail: QUOTING, table: 'dossiers', where: 'SQL statement "select 1 from dossiers"' }),
  'an error of the client that nobody named': failure(QUOTING, { statusCode: 418 })
}

for (const [name, error] of Object.entries(DEFECTS)) {
  t.test(`${name} is answered as an internal error, and its text goes nowhere`, async t => {
    const response = await answerTo(error)
    checkProblem(t, response, { status: 500, code: 'internal-error' })
    checkNobody(t, response.body, 'the answer')
    checkNobody(t, logged, 'the log')
    t.match(logged, /"event":"http.error"/)
    t.match(logged, /problems\.test/, 'where it happened is logged')
  })
}

const AWAY: Record<string, Error> = {
  'a connection that broke': failure('Connection terminated unexpectedly'),
  'a pool with no connection left': failure('timeout exceeded when trying to connect'),
  'a server that is shutting down': failure('terminating connection', { code: '57P01' }),
  'a server that is starting': failure('the database system is starting up', { code: '57P03' }),
  'a server with too many clients': failure('sorry, too many clients already', { code: '53300' }),
  'a full disk': failure('could not extend file', { code: '53100' }),
  'a statement that took too long': failure('canceling statement due to statement timeout', { code: '57014' }),
  'an address where nobody listens': failure('connect ECONNREFUSED 10.0.0.5:5432', { code: 'ECONNREFUSED' }),
  'a socket that is gone': failure('connect ENOENT /run/x/.s.PGSQL.5432', { code: 'ENOENT' })
}

/** What is not just away has a code of its own, and its own wait. */
const AWAY_CODES: Record<string, { code: string, wait: string }> = {
  'a pool with no connection left': { code: 'database-busy', wait: '5' },
  'a server with too many clients': { code: 'database-busy', wait: '5' },
  'a full disk': { code: 'storage-full', wait: '60' }
}

for (const [name, error] of Object.entries(AWAY)) {
  t.test(`${name} is answered 503, try again, without the store's address`, async t => {
    const response = await answerTo(error)
    const { code, wait } = AWAY_CODES[name] ?? { code: 'store-unavailable', wait: '5' }
    checkProblem(t, response, { status: 503, code })
    t.equal(response.headers['retry-after'], wait)
    t.notMatch(response.body, /10\.0\.0\.5|PGSQL|too many clients/)
  })
}

t.test('a thrown thing that is no error is an internal error', async t => {
  for (const thing of ['text', 7, { message: QUOTING }]) {
    const response = await answerTo(thing)
    checkProblem(t, response, { status: 500, code: 'internal-error' })
    checkNobody(t, response.body + logged, 'answer and log')
  }
})
