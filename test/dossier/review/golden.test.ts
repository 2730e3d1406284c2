// Each kind of finding that the gateway raises about a document, exactly.
import { basename } from 'node:path'
import t from 'tap'
import type { Dossier } from '../../../src/model/dossier-types.js'
import { createValidator } from '../../../src/dossier/validate.js'
import { Problem } from '../../../src/base/problem.js'
import { readDossier, readProgress } from '../../../src/dossier/documents.js'
import { aDossier } from '../../support/dossiers.js'
import { goldenFiles, readGolden, writeGolden, type GoldenCase } from './golden.js'

interface DocumentCase extends GoldenCase {
  /** Members that replace those of a good dossier; those of the applicant one by one, null for none. */
  change?: Partial<Dossier>
  without?: string[]
  /** JSON text of a change that a JSON file cannot hold safely. */
  raw?: string
  /** A progress push instead. */
  progress?: unknown
}

const reading = { validator: createValidator(), now: new Date('2026-11-25T00:00:00+07:00') }

/** What the sender is told: the findings of a receipt, or the errors of the refusal. */
function told (golden: DocumentCase): unknown {
  try {
    const { findings } = golden.progress === undefined ? readDossier(reading, changed(golden)) : readProgress(reading, golden.progress)
    return findings
  } catch (error) {
    if (error instanceof Problem) return error.options.errors
    throw error
  }
}

function changed ({ change = {}, without = [], raw = '{}' }: DocumentCase): unknown {
  const base = aDossier()
  const applicant = withoutNull({ ...base.applicant, ...change.applicant })
  const document = { ...base, ...change, ...JSON.parse(raw) as object, applicant }
  return Object.fromEntries(Object.entries(document).filter(([name]) => !without.includes(name)))
}

function withoutNull (members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))
}

t.test('the dossier that the cases change has nothing to complain of', async t => {
  t.strictSame(told({ case: '', findings: [] }), [])
})

for (const file of goldenFiles('test/dossier/review')) {
  writeGolden(file, told)
  for (const golden of readGolden<DocumentCase>(file)) {
    t.test(`${basename(file, '.golden.json')}: ${golden.case}`, async t => { t.strictSame(told(golden), golden.findings) })
  }
}
