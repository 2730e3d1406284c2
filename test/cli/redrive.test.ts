// `lienthong redrive …`: counted and confirmed, watched and steered from a shell.
import t from 'tap'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway } from '../support/gateway.js'
import { run } from '../support/process.js'

t.setTimeout(240_000)

t.test('causes are shown, a redrive is counted, confirmed, watched to its end, and told item by item', async t => {
  const gateway = await startGateway(t, { environment: { REDRIVE_CONFIRM_ABOVE: '1' } })
  const lienthong = async (...args: string[]): ReturnType<typeof run> => run('src/cli/main.js', ['redrive', ...args, '--json'], gateway.environment)
  const fault = gateway.sandbox.faults.add({ kind: 'refuse', code: '3', message: 'Sai lĩnh vực', match: { service: 'DongBoHoSoMC' } })
  for (const n of [1, 2]) await gateway.push(aDossier({ code: codeOf(n) }))
  await gateway.settled()
  gateway.sandbox.faults.remove(fault.id)

  const [cause] = JSON.parse((await lienthong('causes')).output) as [{ fingerprint: string }]
  t.match(cause, { count: 2, states: { refused: 2 } })
  const start = ['start', '--fingerprint', cause.fingerprint, '--unit', 'H15', '--rate', '20']
  t.match(JSON.parse((await lienthong(...start, '--dry-run')).output), { dryRun: true, matching: 2, sample: [{ dossierCode: codeOf(1) }, {}] })
  for (const wrong of [[], ['--yes', '3']]) {
    const { code, output } = await lienthong(...start, ...wrong)
    t.equal(code, 1)
    t.match(output, /--yes 2/)
  }
  const { code, output } = await lienthong(...start, '--yes', '2', '--watch')
  t.equal(code, 0)
  t.match(output, /done 2\/2/)
  await gateway.settled()
  const [job] = JSON.parse((await lienthong('list')).output) as [{ id: string }]
  t.match(job, { state: 'done', redriven: 2, requested_by: 'operator:cli' })
  t.match(JSON.parse((await lienthong('items', job.id)).output), [{ result: 'redriven', state: 'delivered' }, { result: 'redriven' }])
  t.match(JSON.parse((await lienthong('pause', job.id)).output), { changed: false, state: 'done' })
})

t.test('what is asked wrongly is told, without a stack', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  await Promise.all([['start'], ['start', '--state', 'failed', '--rate', 'x'], ['start', '--failed-to', 'today'], ['cancel', '7']].map(async args => {
    const { code, output } = await run('src/cli/main.js', ['redrive', ...args], gateway.environment)
    t.equal(code, 1, args.join(' '))
    t.notMatch(output, /\n\s+at /)
  }))
})
