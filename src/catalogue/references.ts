/** What rows of one list say about items of another: the manifest's `refers`, as pairs of lists. Pure. */
import type { Reference } from './changes.sql.js'
import type { Lists } from './lists.js'

export function referencesOf (lists: Lists): Reference[] {
  return Object.entries(lists).flatMap(([from, { refers = {} }]) => Object.entries(refers).map(([to, path]) => ({ from, path, to })))
}
