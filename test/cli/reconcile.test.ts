// `lienthong reconcile …`: finding and mending from a shell what a portal has lost.
import t from 'tap'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway, until } from '../support/gateway.js'
import { run } from '../support/process.js'

t.setTimeout(120_000)

t.test('started, shown, repaired and cancelled by commands', async t => {
  const gateway = await startGateway(t, { environment: { RECONCILE_PER_MINUTE: '60000' } })
  const lienthong = async (...args: string[]): ReturnType<typeof run> => run('src/cli/main.js', ['reconcile', ...args], gateway.environment)
  const told = async (...args: string[]): Promise<Record<string, unknown>> => JSON.parse((await lienthong(...args)).output) as Record<string, unknown>
  for (const n of [1, 2]) await gateway.push(aDossier({ code: codeOf(n) }))
  await gateway.settled()
  gateway.sandbox.store.forget(codeOf(2))

  const { id } = await told('start', 'national-portal', '--unit', '000.00.14.H15', '--from', '2026-11-01')
  await until(async () => (await told('show', String(id)))['state'] === 'done')
  t.match(await told('show', String(id)), { unit: 'H15.14', counts: { matches: 1, 'missing-there': 1 }, days: [{ receivedOn: '2026-11-04' }, {}] })
  t.match(await told('items', String(id), '--verdict', 'missing-there'), [{ code: codeOf(2) }])
  t.match(await told('repair', String(id), '--dry-run'), { matching: 1 })
  t.match(await told('repair', String(id)), { repaired: 1, left: 0 })
  await gateway.settled()
  t.ok(gateway.sandbox.store.dossier(codeOf(2)))
  t.match(await told('list'), [{ id, state: 'done' }])
  t.match(await told('cancel', String(id)), { changed: false })
})

t.test('what is asked wrongly is told, without a stack', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  for (const args of [['start', 'nobody'], ['start', 'national-portal', '--unit', 'sở'], ['start', 'national-portal', '--from', 'today'], ['show', '7'], ['items', 'x'], ['repair', '7']]) {
    const { code, output } = await run('src/cli/main.js', ['reconcile', ...args], gateway.environment)
    t.equal(code, 1, args.join(' '))
    t.notMatch(output, /\n\s+at /)
  }
})
