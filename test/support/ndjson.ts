// Files of an import: invented dossiers, one a line.
import type { Dossier } from '../../src/model/dossier-types.js'
import { aDossier, aStep } from './dossiers.js'

export function ndjson (documents: Iterable<unknown>): string {
  return [...documents].map(document => `${JSON.stringify(document)}\n`).join('')
}

/** The `n`th dossier of a stock: two or three steps, every third without ids. */
export function stocked (n: number): Dossier {
  const steps = Array.from({ length: 2 + n % 2 }, (_, index) => aStep({
    ...(n % 3 === 0 ? {} : { id: `buoc-${index + 1}` }),
    occurredAt: `2026-11-0${4 + index}T09:00:00+07:00`,
    content: `Bước ${index + 1} trước ngày chuyển đổi`
  }))
  return aDossier({ code: stockedCode(n), summary: `Hồ sơ tồn số ${n}`, sourceVersion: 1, progress: steps })
}

export function stockedCode (n: number): string {
  return `000.00.14.H15-261101-${String(n).padStart(5, '0')}`
}

export function stock (count: number): Dossier[] {
  return Array.from({ length: count }, (_, index) => stocked(index + 1))
}

export function linesOf<T = Record<string, unknown>> (text: string): T[] {
  return text.split('\n').filter(line => line !== '').map(line => JSON.parse(line) as T)
}
