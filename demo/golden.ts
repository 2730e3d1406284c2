/** `node dist/demo/golden.js` says whether the golden files are stale; `--write` writes them into `demo/golden/`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readFixtures } from './fixtures.js'
import { goldenOf, goldenText } from './golden-files.js'

/** In the checkout, not beside the compiled code: they are reviewed and committed. */
const FOLDER = join('demo', 'golden')
const writes = process.argv.includes('--write')

if (writes) mkdirSync(FOLDER, { recursive: true })
for (const [name, golden] of goldenOf(readFixtures())) {
  const [path, text] = [join(FOLDER, name), goldenText(golden)]
  if (writes) writeFileSync(path, text)
  else if (textOf(path) !== text) stale(path)
}

function textOf (path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function stale (path: string): void {
  process.stderr.write(`${path}: cũ so với demo/expected.ts · stale: node dist/demo/golden.js --write\n`)
  process.exitCode = 1
}
