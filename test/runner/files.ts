/** Which test files there are, and which of them share a process. */
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** What a process tells of a file that it has run. */
export interface FileResult {
  file: string
  total: number
  pass: number
  fail: number
  seconds: number
  cpuSeconds: number
}

/** Files of one folder that share a process. Large enough to save starts, small enough to keep every core busy to the end. */
const SHARING = 10

/**
 * Each has a process of its own. The folders start processes, so that one more is no cost and they would hold up the
 * others; the two files measure the memory of their process.
 */
const ALONE = [/^e2e\//, /^process\//, /^cli\//, /^db\/embedded/, /^architecture\/form/, /^demo\/golden/, /^queue\/redis/, /^http\/dossiers\/xml-attacks/, /^http\/files\/upload/]

/** Begun first, so that none of the long ones runs alone at the end. */
const FIRST = ['e2e', 'db', 'operations', 'process', 'cli', 'http']

export async function testFiles (folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile() && entry.name.endsWith('.test.js')).map(entry => join(entry.parentPath, entry.name)).sort()
}

/** Every file is in exactly one unit; a unit is the files of one process. */
export function unitsOf (files: readonly string[], folder: string): string[][] {
  const shared = new Map<string, string[]>()
  const units: string[][] = []
  for (const file of files) {
    const name = relative(folder, file)
    if (ALONE.some(pattern => pattern.test(name))) units.push([file])
    else shared.set(roomOf(name), [...shared.get(roomOf(name)) ?? [], file])
  }
  for (const list of shared.values()) units.push(...pieces(list))
  return units.sort((one, other) => rank(relative(folder, one[0] ?? '')) - rank(relative(folder, other[0] ?? '')))
}

function roomOf (name: string): string {
  return name.split('/').slice(0, name.startsWith('operations/') ? 2 : 1).join('/')
}

function pieces (files: readonly string[]): string[][] {
  const count = Math.ceil(files.length / SHARING)
  return Array.from({ length: count }, (_, piece) => files.filter((_, index) => index % count === piece))
}

function rank (name: string): number {
  const place = FIRST.indexOf(name.split('/')[0] ?? '')
  return place === -1 ? FIRST.length : place
}
