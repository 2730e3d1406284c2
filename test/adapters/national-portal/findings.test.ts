// Each kind of finding that the mapping, and the reading of messages, raises, exactly; the file is written as test/dossier/review/golden.ts says.
import t from 'tap'
import { accept } from '../../../adapters/national-portal/accept.js'
import adapter from '../../../adapters/national-portal/adapter.js'
import type { TableRow } from '../../../src/codes/book.js'
import { aDossier } from '../../support/dossiers.js'
import { goldenFiles, readGolden, writeGolden, type GoldenCase } from '../../dossier/review/golden.js'
import { codes, mapped, settings, without } from './support.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import type { Settings } from '../../../src/adapter-kit/contract/open.js'
import type { NumberedStep } from '../../../src/adapter-kit/contract/deliver.js'

interface MappingCase extends GoldenCase {
  dossier?: Partial<Dossier>
  without?: Array<keyof Dossier>
  steps?: NumberedStep[]
  /** Of a province's code tables. */
  rows?: TableRow[]
  settings?: Settings
  /** A message that came in the portal's own format. */
  message?: Record<string, unknown>
}

function read (message: Record<string, unknown>): unknown {
  const call = accept.read({ form: 'a', values: {}, body: message }, { settings, codes }).call()
  return 'items' in call ? call.items.flatMap(({ findings }) => findings) : call
}

const told = (golden: MappingCase): unknown => golden.message === undefined ? ofMapping(golden) : read(golden.message)

const ofMapping = ({ dossier, without: names = [], steps = [], rows = [], settings: changed = {} }: MappingCase): unknown =>
  mapped({ dossier: without(aDossier(dossier), ...names), steps, rows }, changed).findings

for (const file of goldenFiles('test/adapters/national-portal')) {
  writeGolden(file, told)
  for (const golden of readGolden<MappingCase>(file)) {
    t.test(golden.case, async t => {
      t.strictSame(told(golden), golden.findings)
      const declared = [...adapter.findings ?? [], ...accept.findings].map(({ code }) => code)
      t.strictSame((golden.findings as Array<{ code: string }>).filter(({ code }) => !declared.includes(code)), [], 'declared')
    })
  }
}
