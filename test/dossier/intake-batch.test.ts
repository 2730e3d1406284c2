// A batch is what its pushes are one after the other: the same lines go into two databases both ways, and all tables are compared.
import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import type { Dossier } from '../../src/model/dossier-types.js'
import type { Database } from '../../src/db/open.js'
import { acceptDossier, acceptDossiers, type IntakeOptions, type IntakeOutcome } from '../../src/dossier/intake.js'
import { Problem } from '../../src/base/problem.js'
import { openTestDatabase } from '../support/database.js'
import { aDossier, aStep } from '../support/dossiers.js'

t.setTimeout(60_000)
const OPTIONS: IntakeOptions = { clientId: 'mot-cua', adapters: ['first', 'second', 'third'], superseding: ['first', 'third'], origins: {} }
const [single, bulk] = await Promise.all([openTestDatabase(t), openTestDatabase(t)])

interface Told {
  outcomes: unknown[]
  /** Lanes that would be rung, once each. */
  rung: unknown[]
}

async function oneByOne (db: Database, dossiers: readonly Dossier[]): Promise<Told> {
  const outcomes: IntakeOutcome[] = []
  const lanes: string[] = []
  for (const dossier of dossiers) {
    try {
      const accepted = await db.transaction().execute(tx => acceptDossier(tx, dossier, OPTIONS))
      outcomes.push(accepted.receipt)
      lanes.push(...accepted.lanes.map(({ id }) => id))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      outcomes.push(error)
    }
  }
  return { outcomes: outcomes.map(shown), rung: await named(db, lanes) }
}

async function inBatch (db: Database, dossiers: readonly Dossier[]): Promise<Told> {
  const { outcomes, lanes } = await db.transaction().execute(tx => acceptDossiers(tx, dossiers, OPTIONS))
  return { outcomes: outcomes.map(shown), rung: await named(db, lanes.map(({ id }) => id)) }
}

function shown (outcome: IntakeOutcome): unknown {
  if (outcome instanceof Problem) return outcome.options
  const { acceptedAt: _, deliveries, ...receipt } = outcome
  return { ...receipt, deliveries: deliveries.map(({ adapter, state }) => ({ adapter, state })) }
}

async function named (db: Database, lanes: readonly string[]): Promise<unknown[]> {
  return (await sql`select l.adapter, x.code from lanes l join dossiers x on x.id = l.dossier_id where l.id = any(${lanes}::bigint[]) order by 2, 1`.execute(db)).rows
}

/** Every row that intake writes, with codes in place of ids and without the time of writing. */
async function tables (db: Database, prefix: string): Promise<Record<string, unknown[]>> {
  const like = `${prefix}%`
  const of = async (query: ReturnType<typeof sql>): Promise<unknown[]> => (await query.execute(db)).rows
  return {
    dossiers: await of(sql`select code, client_id, agency_code, procedure_code, revision, source_version, encode(content_hash, 'hex') as hash, due_at
      from dossiers where code like ${like} order by code`),
    revisions: await of(sql`select x.code, r.revision, r.content, encode(r.content_hash, 'hex') as hash, r.source_version, r.client_id, r.event_at
      from revisions r join dossiers x on x.id = r.dossier_id where x.code like ${like} order by 1, 2`),
    steps: await of(sql`select x.code, s.step_id, s.revision, s.occurred_at, s.content, encode(s.content_hash, 'hex') as hash
      from progress_steps s join dossiers x on x.id = s.dossier_id where x.code like ${like} order by 1, s.id`),
    lanes: await of(sql`select x.code, l.adapter, l.known_at_partner, l.confirmed_revision, l.delivered_revision, l.due_at is null as idle, l.changes, l.rung_at,
        l.lease_token, l.blocked_by is null as free, l.unit, l.baseline_id from lanes l join dossiers x on x.id = l.dossier_id where x.code like ${like} order by 1, 2`),
    deliveries: await of(sql`select x.code, d.adapter, d.revision, l.adapter as lane, d.state, d.attempts, d.own_failures, d.retries, d.ended_at is null as open,
        d.budget_from = d.planned_at as fresh, d.failure from deliveries d join lanes l on l.id = d.lane_id join dossiers x on x.id = d.dossier_id
      where x.code like ${like} order by 1, 2, 3`),
    audit: await of(sql`select a.actor, a.action, a.dossier_code, a.adapter, d.revision, a.details
      from audit_entries a left join deliveries d on d.id = a.delivery_id where a.dossier_code like ${like} order by a.dossier_code, a.id`)
  }
}

const step = fc.record({ id: fc.constantFrom('a', 'b', 'c', undefined), content: fc.constantFrom('Tiếp nhận', 'Thẩm định'), day: fc.integer({ min: 4, max: 6 }) })
const line = fc.record({
  dossier: fc.integer({ min: 1, max: 4 }),
  summary: fc.constantFrom('Lần 1', 'Lần 2', 'Lần 3'),
  agency: fc.constantFrom('000.00.14.H15', '000.00.15.H15'),
  sourceVersion: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  dueAt: fc.option(fc.constant('2026-11-20T17:00:00+07:00'), { nil: undefined }),
  progress: fc.array(step, { maxLength: 3 })
})

function documentOf (prefix: string, { dossier, summary, agency, sourceVersion, dueAt, progress }: typeof line extends fc.Arbitrary<infer Line> ? Line : never): Dossier {
  return aDossier({
    code: `${prefix}${dossier}`,
    summary,
    agency: { code: agency, name: 'Sở thử' },
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(sourceVersion === undefined ? {} : { sourceVersion }),
    progress: progress.map(({ id, content, day }) => aStep({ ...(id === undefined ? {} : { id }), content, occurredAt: `2026-11-0${day}T09:00:00+07:00` }))
  })
}

/** What deliveries have come to between two imports: some ended, some under way, some held or blocking their lanes. */
async function moveOn (db: Database, prefix: string): Promise<void> {
  await sql`
    update deliveries d set state = (array['delivered', 'sending', 'held', 'retrying', 'queued'])[1 + (length(x.code || d.adapter) + d.revision) % 5],
      attempts = 1 from dossiers x where x.id = d.dossier_id and x.code like ${`${prefix}%`} and d.state = 'queued'`.execute(db)
  await sql`
    update lanes l set due_at = null, blocked_by = (select max(id) from deliveries d where d.lane_id = l.id and d.state = 'held')
    where exists (select from deliveries d join dossiers x on x.id = d.dossier_id
      where d.lane_id = l.id and d.state in ('held', 'delivered') and x.code like ${`${prefix}%`})`.execute(db)
}

t.test('batches leave in every table what the same pushes leave one by one, and tell the same of each', async t => {
  let run = 0
  let refused = 0
  await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 12 }), fc.array(line, { minLength: 1, maxLength: 12 }), async (first, second) => {
    const prefix = `000.00.14.H15-261104-${run++}x`
    for (const lines of [first, second]) {
      const documents = lines.map(one => documentOf(prefix, one))
      const [wanted, found] = await Promise.all([oneByOne(single.db, documents), inBatch(bulk.db, documents)])
      if (!t.strictSame(found, wanted)) throw new Error('the outcomes differ')
      refused += wanted.outcomes.filter(outcome => Object.hasOwn(outcome as object, 'detail')).length
      if (!t.strictSame(await tables(bulk.db, prefix), await tables(single.db, prefix))) throw new Error('the tables differ')
      await Promise.all([moveOn(single.db, prefix), moveOn(bulk.db, prefix)])
    }
  }), { numRuns: 12 })
  t.ok(refused > 0, 'refusals were among them')
})
