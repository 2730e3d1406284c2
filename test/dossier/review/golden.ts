// Golden files of findings: a small change to a good document → exactly these findings. After an intended change of a
// text or a rule: `npm run build && node dist/test/dossier/review/golden.test.js --write`, and read the difference.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface GoldenCase {
  case: string
  findings: unknown
}

/** The folder of the sources, so that written files are those of the repository. */
export function goldenFiles (folder: string): string[] {
  const path = join(process.cwd(), folder)
  return readdirSync(path).filter(name => name.endsWith('.golden.json')).sort().map(name => join(path, name))
}

export function readGolden<Case extends GoldenCase> (file: string): Case[] {
  return JSON.parse(readFileSync(file, 'utf8')) as Case[]
}

/** With `--write`, what was found becomes what is expected. */
export function writeGolden<Case extends GoldenCase> (file: string, found: (golden: Case) => unknown): void {
  if (!process.argv.includes('--write')) return
  const cases = readGolden<Case>(file).map(golden => ({ ...golden, findings: JSON.parse(JSON.stringify(found(golden))) as unknown }))
  writeFileSync(file, JSON.stringify(cases, null, 2) + '\n')
}
