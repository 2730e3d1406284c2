import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Test } from 'tap'

const FIRST = fileURLToPath(new URL('../fixtures/adapters/first/', import.meta.url))

export interface AdaptersFolder {
  url: URL
  /** Adds an adapter: a copy of the fixture `first` whose manifest is changed. */
  add: (id: string, manifest?: Record<string, unknown>) => Promise<void>
  /** Replaces, or makes, one file. */
  write: (path: string, text: string) => Promise<void>
}

/** A folder of adapters of the test's own; removed at its end. */
export async function adaptersFolder (t: Test): Promise<AdaptersFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-adapters-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return {
    url: pathToFileURL(`${folder}/`),
    write,
    add: async (id, manifest = {}) => {
      await cp(FIRST, join(folder, id), { recursive: true, filter: source => !source.endsWith('.js') && !source.endsWith('.map') })
      const original = JSON.parse(await readFile(join(FIRST, 'manifest.json'), 'utf8')) as object
      await write(`${id}/manifest.json`, JSON.stringify({ ...original, id, ...manifest }))
      await write(`${id}/adapter.js`, 'export default { deliver: { map: () => ({ calls: [], findings: [] }), open: options => ({ options }) } }')
    }
  }
}
