/** Which fault strikes a call. Deterministic: the same rules and the same calls end the same way. */
import type { Call, FaultPath } from './call.js'
import type { FaultMatch, FaultRule } from './fault-rules.js'

export type Matched = Pick<Call, 'service' | 'codes' | 'isUpdating'> & { path: FaultPath }

export interface RuleState {
  id: string
  rule: FaultRule
  matched: number
  hits: number
  /** State of the rule's own random generator. */
  random: number
}

export interface Faults {
  add: (rule: FaultRule) => RuleState
  /** The first rule, in the order of adding, that strikes this call. */
  strike: (call: Matched) => RuleState | undefined
  list: () => readonly RuleState[]
  remove: (id: string) => boolean
  clear: () => void
}

export function createFaults (): Faults {
  let states: RuleState[] = []
  let added = 0
  return {
    add (rule) {
      const state = { id: `f${++added}`, rule, matched: 0, hits: 0, random: rule.seed ?? 1 }
      states.push(state)
      return state
    },
    strike (call) {
      for (const [index, before] of states.entries()) {
        const after = consider(before, call)
        states[index] = after
        if (after.hits > before.hits) return after
      }
      return undefined
    },
    list: () => states,
    remove (id) {
      const left = states.filter(state => state.id !== id)
      const removed = left.length < states.length
      states = left
      return removed
    },
    clear () {
      states = []
      added = 0
    }
  }
}

/** The state of a rule after a call; it struck when `hits` grew. */
function consider (state: RuleState, call: Matched): RuleState {
  const { rule, hits } = state
  if (!matches(rule.match ?? {}, call)) return state
  const next = { ...state, matched: state.matched + 1 }
  if (next.matched <= (rule.skip ?? 0) || hits >= (rule.times ?? Infinity)) return next
  if (rule.probability === undefined) return { ...next, hits: hits + 1 }
  const { value, random } = draw(state.random)
  return { ...next, random, hits: value < rule.probability ? hits + 1 : hits }
}

export function matches (match: FaultMatch, { path, service, codes, isUpdating }: Matched): boolean {
  const pattern = match.codePattern === undefined ? undefined : new RegExp(match.codePattern)
  return (match.path === undefined || match.path === path) &&
    (match.service === undefined || match.service === service) &&
    (match.isUpdating === undefined || match.isUpdating === isUpdating) &&
    (match.dossierCode === undefined || codes.includes(match.dossierCode)) &&
    (pattern === undefined || codes.some(code => pattern.test(code)))
}

/** Mulberry32: small, good enough for chance in a test, and the same on every machine. */
export function draw (seed: number): { value: number, random: number } {
  const random = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(random ^ (random >>> 15), random | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296, random }
}
