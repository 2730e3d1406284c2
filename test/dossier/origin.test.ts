// Who is told of a dossier that was filed nationally, and what may not change about where it came from.
import t from 'tap'
import { originChange, originFindings, recipients, type Origin, type OriginRules } from '../../src/dossier/origin.js'
import { goldenFiles, readGolden, writeGolden, type GoldenCase } from './review/golden.js'

interface OriginCase extends GoldenCase {
  stored?: Origin
  origin?: Origin
  rules: OriginRules
}

const told = ({ stored, origin, rules }: OriginCase): unknown =>
  [...originFindings(origin, rules), ...(stored === undefined ? [] : originChange(stored, origin))]

for (const file of goldenFiles('test/dossier')) {
  writeGolden(file, told)
  for (const golden of readGolden<OriginCase>(file)) {
    t.test(golden.case, async t => { t.strictSame(told(golden), golden.findings) })
  }
}

const ADAPTERS = ['portal', 'connector', 'archive']
const RULES: OriginRules = { portal: 'own-or-none', connector: 'own' }

t.test('a dossier that the province took in goes everywhere but to a connector of national dossiers', async t => {
  t.strictSame(recipients(ADAPTERS, undefined, RULES), ['portal', 'archive'])
})

t.test('one that was filed nationally goes to where it was filed, to no other portal, and to whoever takes all', async t => {
  t.strictSame(recipients(ADAPTERS, { adapter: 'connector', code: 'G01-1' }, RULES), ['connector', 'archive'])
  t.strictSame(recipients(ADAPTERS, { adapter: 'portal', code: 'G01-1' }, RULES), ['portal', 'archive'])
})

t.test('the same origin again is no change, whatever record id comes with it', async t => {
  t.strictSame(originChange({ adapter: 'portal', code: 'G01-1' }, { adapter: 'portal', code: 'G01-1', id: '7' }), [])
  t.strictSame(originChange(undefined, undefined), [])
  t.match(originChange(undefined, { adapter: 'portal', code: 'G01-1' }), [{ code: 'origin-changed' }])
})
