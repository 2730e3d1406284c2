import fc from 'fast-check'
import type { Test } from 'tap'

/** Asserts that a rule holds for everything that is generated; a counterexample is the failure's message. */
export function holds<T extends [unknown, ...unknown[]]> (t: Test, property: fc.IPropertyWithHooks<T>, name = 'holds for everything generated'): void {
  t.doesNotThrow(() => { fc.assert(property, { numRuns: 200 }) }, name)
}
