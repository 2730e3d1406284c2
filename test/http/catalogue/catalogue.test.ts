// The catalogue copy through the API: pulls, versions, what a change touches, names and the version a dossier keeps.
import t from 'tap'
import { toHanoi } from '../../../src/model/dates.js'
import { currentDossier } from '../../../src/sandbox/store.js'
import { aDossier } from '../../support/dossiers.js'
import { changesOf, pull } from '../../support/catalogue.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'

const A = '1.000001.000.00.00.H99'
const C = '2.000003'
async function send (gateway: TestGateway, code: string, receivedAt = '2020-11-04T09:00:00+07:00'): Promise<Record<string, unknown>> {
  const dueAt = toHanoi(new Date(Date.parse(receivedAt) + 864_000_000))
  const pushed = await gateway.push(aDossier({ code, procedure: { code: A, name: 'Tên tỉnh đặt' }, submittedAt: receivedAt, receivedAt, dueAt }))
  if (pushed.statusCode > 202) throw new Error(pushed.body)
  await gateway.settled()
  const held = gateway.sandbox.store.dossier(code)
  return held === undefined ? {} : currentDossier(held) as Record<string, unknown>
}
const pinned = async ({ call }: TestGateway, code: string): Promise<object | null> => (await call({ url: `/v1/dossiers/${code}` })).json().procedureVersion

t.test('a renamed procedure: new name and version for dossiers received after it, the old ones keep theirs', async t => {
  const gateway = await startGateway(t)
  t.match(await send(gateway, '000.00.14.H15-201104-0001'), { TenTTHC: 'Tên tỉnh đặt' }, 'nothing is known before the first pull')
  t.equal(await pinned(gateway, '000.00.14.H15-201104-0001'), null)
  t.match(await pull(gateway), {
    procedures: { outcome: 'applied', added: 3 },
    procedureDetails: { outcome: 'applied', added: 1 },
    agencies: { added: 3 },
    fields: { added: 2 },
    services: { added: 3 },
    decisions: { added: 1 },
    procedureTypes: { outcome: 'applied', added: 2 },
    typedProcedures: { outcome: 'applied', added: 3 },
    sexes: { outcome: 'applied', added: 2 }
  })
  t.match(await pull(gateway), { procedures: { added: 0, changed: 0, vanished: 0, unchanged: 3 } })
  t.strictSame(await changesOf(gateway, 'procedures'), [], 'the first pull is no change')
  t.match(await send(gateway, '000.00.14.H15-201104-0002'), { TenTTHC: 'Thủ tục mẫu A' })
  const first = { adapter: 'national-portal', list: 'procedures', key: A, version: 1, validFrom: null }
  t.strictSame(await pinned(gateway, '000.00.14.H15-201104-0002'), first)

  gateway.sandbox.shelf.put('procedures', A, 'Thủ tục mẫu A (mới)')
  t.match(await pull(gateway), { procedures: { changed: 1, unchanged: 2 } })
  t.match(await changesOf(gateway, 'procedures'), [{
    key: A,
    kind: 'changed',
    oldName: 'Thủ tục mẫu A',
    newName: 'Thủ tục mẫu A (mới)',
    members: ['TENTTHC'],
    openDossiers: { count: 2, codes: ['000.00.14.H15-201104-0001', '000.00.14.H15-201104-0002'] }
  }])
  t.strictSame(await pinned(gateway, '000.00.14.H15-201104-0002'), first, 'a later change does not move it')
  t.match(await send(gateway, '000.00.14.H15-201104-0003'), { TenTTHC: 'Thủ tục mẫu A' })
  t.match(await send(gateway, '000.00.14.H15-301104-0004', toHanoi(new Date(Date.now() + 5000))), { TenTTHC: 'Thủ tục mẫu A (mới)' })
  t.match(await pinned(gateway, '000.00.14.H15-301104-0004'), { version: 2, validFrom: /\+07:00$/ })
})

t.test('what vanishes is closed and told; what comes back is a new version', async t => {
  const gateway = await startGateway(t)
  await pull(gateway)
  gateway.sandbox.shelf.remove('procedures', C)
  t.match((await pull(gateway))['procedures'], { outcome: 'applied', vanished: 1 })
  t.match(await changesOf(gateway, 'procedures'), [{ key: C, kind: 'vanished', newName: null }])
  gateway.sandbox.shelf.put('procedures', C, 'Thủ tục mẫu C')
  t.match((await pull(gateway))['procedures'], { added: 1 })
  const rows = await gateway.services.db.selectFrom('catalogue_items').select(['version', 'valid_to']).where('list', '=', 'procedures').where('key', '=', C).orderBy('version').execute()
  t.match(rows, [{ version: 1, valid_to: Date }, { version: 2, valid_to: null }])
})
