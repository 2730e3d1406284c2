// Whatever the portal's own schemas let through is accepted and reaches the wire again as it was; where our schema takes less,
// what did not get there is named.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { accept } from '../../../adapters/national-portal/accept.js'
import { map } from '../../../adapters/national-portal/mapping.js'
import { Refused } from '../../../src/operations/accept/refused.js'
import { readDossierItem, type ReadItem } from '../../../src/operations/accept/reading.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import { isRecord } from '../../../src/model/json.js'
import { createValidator } from '../../../src/dossier/validate.js'
import { date14, dateOrEmpty, dossier, NARROWER, normal, step, type Message } from '../../adapters/national-portal/items.js'
import { codes, fileLink, lookups, settings } from '../../adapters/national-portal/support.js'
import { createClientA } from './client-a.js'
import { CLIENT, startDropIn, UNIT } from './support.js'

const SEED = 766
const validator = createValidator()

function readItem (item: Message): ReadItem<Dossier> | Refused {
  const call = accept.read({ form: 'a', values: {}, body: { service: 'DongBoHoSoMC', isUpdating: 'False', madonvi: UNIT, data: [item] } }, { settings, codes }).call()
  if (call.kind !== 'dossiers' || call.items[0] === undefined) throw new Error(JSON.stringify(call))
  try {
    return readDossierItem(call.items[0], 0, { validator, now: new Date('2026-11-04T00:00:00Z'), placeOf: accept.placeOf, review: () => [] })
  } catch (error) {
    if (error instanceof Refused) return error
    throw error
  }
}

const sent = ({ document }: ReadItem<Dossier>): Message => (map({ dossier: document, steps: [], codes: lookups(), settings, fileLink }).calls[0]?.message as [Message])[0]

t.test('every member that does not reach the wire as it was is named by an error, and its value kept', async t => {
  let whole = 0
  fc.assert(fc.property(fc.oneof(dossier({}), dossier(NARROWER)), item => {
    const read = readItem(item)
    if (read instanceof Refused) return read.refusal.why === 'not-canonical' && (read.refusal.problems?.length ?? 0) > 0
    const [wire, expected] = [sent(read), normal(item)]
    const lost = Object.keys(expected).filter(name => !isDeepStrictEqual(wire[name], expected[name]))
    whole += lost.length === 0 ? 1 : 0
    return lost.every(name => read.extensions.some(({ pointer }) => pointer.startsWith(`/${name}`)) && read.findings.some(({ severity, pointer }) => severity === 'error' && pointer.startsWith(`/${name}`)))
  }), { numRuns: 400, seed: SEED })
  t.ok(whole > 50)
})

t.test('through the whole gateway: 60 dossiers and as many steps arrive at the portal unchanged', async t => {
  const gateway = await startDropIn(t)
  const portal = createClientA({ base: `${gateway.url}/national-portal`, username: CLIENT, password: gateway.key, madonvi: UNIT })
  const items = fc.sample(dossier(NARROWER), { numRuns: 60, seed: SEED }).map((item, index) => ({ ...item, MaHoSo: `000.00.01.H99-261104-${String(index + 1).padStart(4, '0')}` }))
  const steps = fc.sample(step({ '#/$defs/date14': date14, '#/$defs/dateOrEmpty': dateOrEmpty }), { numRuns: 60, seed: SEED }).map((one, index) => ({ ...one, MaHoSo: items[index]?.MaHoSo }))
  for (let at = 0; at < items.length; at += 15) {
    t.match(await portal.call('DongBoHoSoMC', { isUpdating: 'False', data: items.slice(at, at + 15) }), { error_code: 0 })
    t.match(await portal.call('CapNhatTienDoHoSoMC', { data: steps.slice(at, at + 15) }), { error_code: 0 })
  }
  await gateway.settled()
  // What left, whether the stand-in liked it or not: it knows rules that no schema of the wire has.
  const wire = gateway.sandbox.log.list({ after: 0, limit: 10_000 }).map(({ call }) => call)
  const last = (service: string, code: string): unknown => wire.filter(call => call.service === service && call.codes.includes(code)).flatMap(({ envelope }) => envelope?.['data'] as unknown[]).filter(isRecord).findLast(({ MaHoSo }) => MaHoSo === code)
  t.strictSame(items.map(({ MaHoSo }) => last('DongBoHoSoMC', MaHoSo)), items.map(normal))
  const arrived = steps.filter(({ MaHoSo: code }) => last('CapNhatTienDoHoSoMC', String(code)) !== undefined)
  t.ok(arrived.length > 0)
  t.strictSame(arrived.map(({ MaHoSo }) => last('CapNhatTienDoHoSoMC', String(MaHoSo))), arrived)
})
