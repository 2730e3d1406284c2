/**
 * What TraCuuHoSo says the portal holds, against what we sent (contract §2.3). No known client reads the members of the
 * one element, so everything here is inferred: names are compared without their case, since reads are in capitals where
 * writes are not (pitfall 34), and only what stands on both sides is compared. Pure.
 */
import type { HttpAnswer } from '../../src/adapter-kit/http.js'
import { isRecord } from '../../src/model/json.js'
import { read, unwrapped } from './answer/reading.js'

/** Names of members that differ; null where the portal says no more than that it has the dossier. */
export function differencesAt (message: unknown, answer: HttpAnswer): string[] | null {
  const expected = Array.isArray(message) && isRecord(message[0]) ? message[0] : {}
  const held = heldMembers(answer)
  const common = Object.entries(expected).filter(([name, value]) => name !== 'MaHoSo' && typeof value === 'string' && held.has(name.toLowerCase()))
  if (common.length === 0) return null
  return common.filter(([name, value]) => held.get(name.toLowerCase()) !== value).map(([name]) => name)
}

/** Texts and numbers of the first element, by their names in lower case; null is an absent text. */
function heldMembers (answer: HttpAnswer): Map<string, string> {
  const reading = read(answer)
  const result = reading.kind === 'business' ? unwrapped(reading).body.result : undefined
  const element: unknown = Array.isArray(result) ? result[0] : undefined
  if (!isRecord(element)) return new Map()
  return new Map(Object.entries(element).flatMap(([name, value]): Array<[string, string]> => {
    if (value === null) return [[name.toLowerCase(), '']]
    return typeof value === 'string' || typeof value === 'number' ? [[name.toLowerCase(), String(value).normalize('NFC')]] : []
  }))
}
