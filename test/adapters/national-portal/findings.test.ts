// Each kind of finding that the mapping raises, exactly; the file is written as test/dossier/review/golden.ts says.
import t from 'tap'
import adapter from '../../../adapters/national-portal/adapter.js'
import type { TableRow } from '../../../src/codes/book.js'
import type { Dossier, NumberedStep, Settings } from '../../../src/adapter-kit/contract.js'
import { aDossier } from '../../support/dossiers.js'
import { goldenFiles, readGolden, writeGolden, type GoldenCase } from '../../dossier/review/golden.js'
import { mapped, without } from './support.js'

interface MappingCase extends GoldenCase {
  dossier?: Partial<Dossier>
  without?: Array<keyof Dossier>
  steps?: NumberedStep[]
  /** Of a province's code tables. */
  rows?: TableRow[]
  settings?: Settings
}

const told = ({ dossier, without: names = [], steps = [], rows = [], settings = {} }: MappingCase): unknown =>
  mapped({ dossier: without(aDossier(dossier), ...names), steps, rows }, settings).findings

for (const file of goldenFiles('test/adapters/national-portal')) {
  writeGolden(file, told)
  for (const golden of readGolden<MappingCase>(file)) {
    t.test(golden.case, async t => {
      t.strictSame(told(golden), golden.findings)
      const declared = (adapter.findings ?? []).map(({ code }) => code)
      t.strictSame((golden.findings as Array<{ code: string }>).filter(({ code }) => !declared.includes(code)), [], 'declared')
    })
  }
}
