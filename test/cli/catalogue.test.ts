// `lienthong catalogue …`: the copy of the partners' lists from a shell.
import t from 'tap'
import { startGateway } from '../support/gateway.js'
import { run } from '../support/process.js'

t.test('lists are pulled, shown, and their changes told', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const lienthong = async (...args: string[]): ReturnType<typeof run> => run('src/cli/main.js', ['catalogue', ...args], gateway.environment)
  t.match(JSON.parse((await lienthong('pull', 'national-portal')).output), [{ list: 'procedures', outcome: 'applied', added: 3 }])
  gateway.sandbox.shelf.put('procedures', '2.000003', 'Thủ tục mẫu C, tên mới')
  await lienthong('pull', 'national-portal')
  t.match((await lienthong('show', 'national-portal')).output, /"list": "procedures"/)
  t.match((await lienthong('changes', 'national-portal', '--since', '2020-01-01')).output, /"newName": "Thủ tục mẫu C, tên mới"/)
  const noDay = await lienthong('changes', 'national-portal', '--since', '2026-02-31')
  t.equal(noDay.code, 1)
  t.match(noDay.output, /"2026-02-31" is none/)
  const { code, output } = await lienthong('pull', 'nobody')
  t.equal(code, 1)
  t.notMatch(output, /\n\s+at /)
})
