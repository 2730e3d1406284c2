// Bulk intake holds a batch, however long the stream is, and reads no further than its results are taken.
import t from 'tap'
import { bulkIntake, type BulkOptions } from '../../src/bulk/intake.js'
import type { BulkLine } from '../../src/bulk/intake-tally.js'
import { createValidator } from '../../src/dossier/validate.js'
import { openTestDatabase } from '../support/database.js'
import { until } from '../support/gateway.js'
import { ndjson, stocked } from '../support/ndjson.js'

t.setTimeout(60_000)
const { db } = await openTestDatabase(t)
const validator = createValidator()

function options (changes: Partial<BulkOptions> = {}): BulkOptions {
  return {
    db,
    validator,
    intake: { clientId: 'mot-cua', adapters: ['first'], superseding: [], origins: {} },
    partnerFindings: () => [],
    actor: 'client:mot-cua',
    importId: 'dai',
    leaseSeconds: 15,
    lineLimit: 100_000,
    ring: async () => {},
    explain: error => (error as Error).message,
    ...changes
  }
}

interface Endless {
  chunks: AsyncGenerator<Buffer>
  given: () => number
  closed: () => boolean
}

/** Lines without end, one a chunk. */
function endless (): Endless {
  let given = 0
  let closed = false
  async function * chunks (): AsyncGenerator<Buffer> {
    try {
      for (;;) yield Buffer.from(ndjson([stocked(++given)]))
    } finally {
      closed = true
    }
  }
  return { chunks: chunks(), given: () => given, closed: () => closed }
}

t.test('of a stream without end no more is read than was stored, and lanes never pile up', async t => {
  const { chunks, given, closed } = endless()
  let ringing = 0
  let most = 0
  const ring: BulkOptions['ring'] = async lanes => {
    most = Math.max(most, ringing += lanes.length)
    await new Promise(resolve => setTimeout(resolve, 5))
    ringing -= lanes.length
  }
  const lines = bulkIntake(chunks, options({ ring }))
  for (let batch = 1; batch <= 10; batch++) {
    const { value } = await lines.next() as { value: readonly BulkLine[] }
    t.equal(value.length, 100)
    t.equal(given(), batch * 100)
  }
  t.equal(most, 100)
  await lines.return(undefined)
  await until(closed)
  t.match(await db.selectFrom('imports').select(['line', 'lease_token', 'ended_at']).execute(), [{ line: '1000', lease_token: null, ended_at: null }])
  t.equal(given(), 1000)
})

t.test('a request that has lost its lease writes nothing more', async t => {
  const { chunks } = endless()
  const lines = bulkIntake(chunks, options({ importId: 'mat' }))
  await lines.next()
  await db.updateTable('imports').set({ lease_token: '00000000-0000-4000-8000-000000000000' }).where('id', '=', 'mat').execute()
  const { value: last } = await lines.next() as { value: readonly BulkLine[] }
  t.match(last, [{ type: 'summary', complete: false, lines: 100, problem: /^import-running/ }])
  t.match(await db.selectFrom('imports').select('line').where('id', '=', 'mat').execute(), [{ line: '100' }])
})

t.test('an import of nothing is complete', async t => {
  async function * nothing (): AsyncGenerator<Buffer> {}
  const lines = bulkIntake(nothing(), options({ importId: 'rong' }))
  t.match((await lines.next()).value, [{ type: 'summary', complete: true, lines: 0, accepted: 0 }])
  t.match(await lines.next(), { done: true })
})
