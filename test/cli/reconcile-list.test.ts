// `lienthong reconcile start … --list`: a province's list from a file.
import { join } from 'node:path'
import t from 'tap'
import { reconcileStart } from '../../src/cli/reconcile.js'
import { ConfigError } from '../../src/base/problem.js'
import { LIST_BYTES } from '../../src/reconciliation/request.js'
import { startGateway } from '../support/gateway.js'
import { run } from '../support/process.js'

t.setTimeout(120_000)

t.test('a province\'s list from a file, as CSV and as JSON', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const folder = t.testdir({ 'list.csv': 'code;sourceVersion\n0012;7\n0013;\n', 'list.JSON': '[{"code":"0012","sourceVersion":7},{"code":"0013"}]' })
  const { code, output } = await run('src/cli/main.js', ['reconcile', 'start', 'national-portal', '--list', join(folder, 'list.csv')], gateway.environment)
  t.equal(code, 0, output)
  const started = [JSON.parse(output), await reconcileStart({ db: gateway.services.db, args: ['national-portal'], options: { list: join(folder, 'list.JSON') } })] as Array<{ id: string }>
  for (const { id } of started) {
    const { items } = (await gateway.call({ url: `/v1/reconciliations/${id}/items` })).json<{ items: object[] }>()
    t.match(items, [{ code: '0012', verdict: 'unknown-here', listed: true }, { code: '0013', verdict: 'unknown-here' }])
  }
})

t.test('a list that cannot be taken is told with its lines and without its text, and nothing is started', async t => {
  const gateway = await startGateway(t, { role: 'api' })
  const folder = t.testdir({
    'wrong.csv': 'code\nNGUYEN A\nB\nB\n',
    'wrong.json': '[{"code":"NGUYEN A"}]',
    'broken.json': '{"NGUYEN',
    'object.json': '{"dossiers":[]}',
    'latin.csv': Buffer.from([0x63, 0xff]),
    'large.csv': Buffer.alloc(LIST_BYTES + 1, 'A')
  })
  const TOLD: Record<string, RegExp> = {
    'wrong.csv': /Dòng 2, cột "code".*\n.*dossier-repeated.*Line 4/,
    'wrong.json': /\/dossiers\/0\/code field-format/,
    'broken.json': /is not JSON/,
    'object.json': /\/dossiers field-type/,
    'latin.csv': /not UTF-8/,
    'large.csv': /more than 16777216 bytes/,
    'absent.csv': /cannot read .* \(ENOENT\)/
  }
  for (const [file, told] of Object.entries(TOLD)) {
    const refused = reconcileStart({ db: gateway.services.db, args: ['national-portal'], options: { list: join(folder, file) } })
    const error = await refused.then(() => undefined, (reason: unknown) => reason)
    t.ok(error instanceof ConfigError, file)
    t.match(String(error), told)
    t.notMatch(String(error), /NGUYEN/)
  }
  t.strictSame((await gateway.call({ url: '/v1/reconciliations' })).json(), { reconciliations: [] })
})
