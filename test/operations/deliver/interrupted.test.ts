// What a process that is gone has left: a head that is being sent by nobody, and what its calls may have done.
import { sql } from 'kysely'
import t from 'tap'
import { aStep } from '../../support/dossiers.js'
import { until } from '../../support/gateway.js'
import { allowRepeating, auditOf, openStand, type Case } from './stand.js'

t.setTimeout(60_000)
const stand = openStand(t)

interface Left {
  /** The call that was under way, if one had left. */
  operation?: string
  /** What had been confirmed before. */
  confirmedRevision?: number
  /** How often it has ended so before. */
  ownFailures?: number
}

/** Leaves a new dossier as a killed process would, then lets the workers go on. */
async function left ({ operation, confirmedRevision = 0, ownFailures = 0 }: Left, changes: Parameters<Case['push']>[1] = {}): Promise<Case> {
  const { gateway, aCase } = await stand
  const one = aCase()
  await gateway.call({ method: 'POST', url: '/v1/adapters/first/pause' })
  await one.push({}, changes)
  const { db, relay } = gateway.services
  const lane = async (): Promise<{ id: string, rung_at: Date | null }> => db.selectFrom('lanes as l').innerJoin('dossiers as x', 'x.id', 'l.dossier_id')
    .select(['l.id', 'l.rung_at']).where('x.code', '=', one.code).executeTakeFirstOrThrow()
  await until(async () => (await lane()).rung_at !== null)
  const { rows: [row] } = await sql<{ id: string }>`
    with d as (
      update deliveries d set state = 'sending', attempts = 1, own_failures = ${ownFailures} from dossiers x
      where x.id = d.dossier_id and x.code = ${one.code} returning d.id, d.lane_id, d.dossier_id),
    l as (update lanes set confirmed_revision = ${confirmedRevision}, known_at_partner = ${confirmedRevision > 0} from d where lanes.id = d.lane_id)
    insert into attempts (delivery_id, number, owner) select id, 1, 'killed' from d returning id`.execute(db)
  if (operation !== undefined) {
    await sql`insert into exchanges (attempt_id, operation, mode, step_ids, request)
      select ${row?.id ?? ''}::bigint, ${operation}, 'update', array(select s.id from progress_steps s join dossiers x on x.id = s.dossier_id where x.code = ${one.code}), '{}'`.execute(db)
  }
  await gateway.call({ method: 'POST', url: '/v1/adapters/first/resume' })
  relay.ring([{ adapter: 'first', id: (await lane()).id }])
  return one
}

t.test('nothing had left: it is simply attempted', async t => {
  const { code, reaches, paths } = await left({})
  t.match(await reaches('delivered'), { attempts: 2 })
  t.strictSame(paths(), ['/dossier/create'])
  t.strictSame(await auditOf((await stand).gateway, code), ['interrupted', 'attempted', 'delivered'])
})

t.test('a call that is harmless to repeat had left: it is made again, and is no possible duplicate', async t => {
  const { code, reaches, paths } = await left({ operation: 'dossier' })
  t.match(await reaches('delivered'), { attempts: 2 })
  t.strictSame(paths(), ['/dossier/create'])
  t.strictSame(await auditOf((await stand).gateway, code), ['interrupted', 'attempted', 'delivered'])
})

t.test('all had been confirmed and only the end was not written: it ends, and nothing is sent', async t => {
  const { reaches, paths } = await left({ confirmedRevision: 1 })
  await reaches('delivered')
  t.strictSame(paths(), [])
})

t.test('the dossier had been confirmed: only the step is sent', async t => {
  const { reaches, paths } = await left({ confirmedRevision: 1 }, { progress: [aStep()] })
  await reaches('delivered')
  t.strictSame(paths(), ['/steps/update'])
})

t.test('a step that must not be repeated had left: held, with what to do', async t => {
  const { code, reaches, paths } = await left({ operation: 'steps', confirmedRevision: 1 }, { progress: [aStep()] })
  t.match(await reaches('held'), { lastFailure: { kind: 'uncertain', operation: 'steps', cure: /"arrived".*"not-arrived"/s } })
  t.strictSame(paths(), [])
  t.strictSame(await auditOf((await stand).gateway, code), ['interrupted', 'held'])
})

t.test('a step that a setting allows to be repeated had left: sent again, and said so in the log', async t => {
  allowRepeating(t, (await stand).gateway)
  const { code, reaches, paths } = await left({ operation: 'steps', confirmedRevision: 1 }, { progress: [aStep()] })
  await reaches('delivered')
  t.strictSame(paths(), ['/steps/update'])
  t.strictSame(await auditOf((await stand).gateway, code), ['interrupted', 'possible-duplicate', 'attempted', 'delivered'])
})

t.test('a dossier that brings down whoever works on it, again and again, fails in the end, with what to do', async t => {
  const { code, reaches, paths } = await left({ operation: 'dossier', ownFailures: 2 })
  t.match(await reaches('failed'), { attempts: 1, lastFailure: { code: 'interrupted', cure: /redrive/ } })
  t.strictSame(paths(), [])
  t.strictSame(await auditOf((await stand).gateway, code), ['interrupted', 'failed'])
})

t.test('a lease that is lost between the claim and the call: nothing is sent', async t => {
  const { gateway, aCase } = await stand
  const active = gateway.services.adapters.get('first')
  const before = active?.client
  let go = (): void => {}
  const gate = new Promise<void>(resolve => { go = resolve })
  let calls = 0
  Object.assign(active ?? {}, {
    client: {
      ...before,
      send: async (...of: Parameters<NonNullable<typeof before>['send']>) => {
        if (++calls === 1) await gate
        return before?.send(...of)
      }
    }
  })
  t.teardown(() => { Object.assign(active ?? {}, { client: before }) })
  const { push, paths, shown } = aCase()
  await push()
  await until(() => calls === 1)
  const { rows: [lane] } = await sql<{ id: string }>`
    update lanes set lease_token = gen_random_uuid(), lease_until = clock_timestamp() + interval '1 second'
    where lease_token is not null returning id`.execute(gateway.services.db)
  const id = lane?.id ?? ''
  go()
  // A ring during a run that ends in a wait takes effect after the wait (ADR 0002): not before the loser has let go.
  await until(async () => (await gateway.services.queues.counts('first')).active === 0)
  // Its worker would look again when its own lease, of a minute, were over.
  await until(async () => {
    gateway.services.relay.ring([{ adapter: 'first', id }])
    return (await shown()).state === 'delivered'
  })
  t.match(await shown(), { attempts: 2 })
  t.strictSame(paths(), ['/dossier/create'], 'by the attempt that had the lease alone')
})

t.test('a ring for a lane that is not there is dropped', async t => {
  const { queues } = (await stand).gateway.services
  await queues.ring('first', ['999999999'])
  await until(async () => {
    const { waiting, delayed, active } = await queues.counts('first')
    return waiting + delayed + active === 0
  })
  t.pass('no job is left')
})
