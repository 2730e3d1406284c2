// Lists that depend on who asks: one for the adapter's own account, and one for each unit that has an account.
import t, { type Test } from 'tap'
import { changesOf, pull } from '../../support/catalogue.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { startGateway, startSandbox, wrapperSettings, type TestGateway } from '../../support/gateway.js'

const P = 'ADAPTER_NATIONAL_PORTAL_'
const A = '1.000010.H15'

/** A wrapper of generation B, with two units; the sandbox's procedures of H15 are the unit's. */
async function withUnits (t: Test): Promise<TestGateway & { wrapper: Awaited<ReturnType<typeof startSandbox>>['sandbox'] }> {
  const { sandbox, url } = await startSandbox(t)
  for (const code of [A, '1.000011.H15', '1.000012.H15']) sandbox.shelf.put('procedures', code, `Thủ tục ${code}`)
  const units = { [`${P}UNITS`]: '000.00.14.H15,H15.18', [`${P}UNITS_000_00_14_H15_UNIT_CODE`]: '000.00.14.H15', [`${P}UNITS_H15_18_UNIT_CODE`]: '000.00.18.H15' }
  return { ...await startGateway(t, { adapterSettings: { ...wrapperSettings(url), ...units } }), wrapper: sandbox }
}

const askedUnits = ({ log }: Awaited<ReturnType<typeof withUnits>>['wrapper']): unknown[] =>
  log.list({ service: 'LayDanhSachTTHCDonVi', after: 0, limit: 20 }).map(({ call }) => call.envelope?.['maDonVi'])

t.test('each unit is asked with its own client, and has a list, a record and changes of its own', async t => {
  const gateway = await withUnits(t)
  const first = await pull(gateway)
  t.strictSame(askedUnits(gateway.wrapper), ['H15', 'H15.14', 'H15.18'])
  for (const list of ['unitProcedures', 'unitProcedures/H15.14', 'unitProcedures/H15.18']) t.match(first[list], { outcome: 'applied', added: 3 }, list)
  const { lists } = (await gateway.call({ url: '/v1/catalogue/national-portal' })).json()
  t.match(lists.filter(({ unit }: { unit: string | null }) => unit !== null), [{ list: 'unitProcedures/H15.14', unit: 'H15.14', items: 3 }, { unit: 'H15.18' }])

  const own = codeOf(1)
  await gateway.push(aDossier({ code: own, procedure: { code: A, name: 'Thủ tục mẫu' } }))
  await gateway.push(aDossier({ code: '000.00.18.H15-261104-0001', procedure: { code: A, name: 'Thủ tục mẫu' }, agency: { code: '000.00.18.H15', name: 'Sở khác' } }))
  gateway.wrapper.shelf.remove('procedures', A)
  await pull(gateway)
  t.match(await changesOf(gateway, 'unitProcedures/H15.14'), [{ key: A, kind: 'vanished', openDossiers: { count: 1, codes: [own] } }], 'only dossiers of the unit')
  t.match(await changesOf(gateway, 'unitProcedures'), [{ key: A, openDossiers: { count: 2 } }])
})

t.test('in generation A, which is not known to offer it, nobody is asked', async t => {
  const gateway = await startGateway(t)
  t.notOk('unitProcedures' in await pull(gateway))
  t.strictSame(askedUnits(gateway.sandbox), [])
})
