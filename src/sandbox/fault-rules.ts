/** The fault kinds as data: which options each takes, and whether the portal did the work before it failed. */
import type { FaultPath } from './call.js'

export interface FaultMatch {
  path?: FaultPath
  service?: string
  dossierCode?: string
  /** A regular expression on the dossier code. */
  codePattern?: string
  isUpdating?: 'True' | 'False'
}

export interface FaultOptions {
  code?: number | string
  message?: string
  status?: number
  /** Seconds of Retry-After; `asDate` writes them as an HTTP date. */
  retryAfter?: number
  asDate?: boolean
  delayMs?: number
  text?: string
  bytes?: number
  /** Whether the portal did the work before the fault struck. */
  done?: boolean
}

export interface FaultRule extends FaultOptions {
  kind: FaultKind
  match?: FaultMatch
  /** How often it strikes; without it, always. */
  times?: number
  /** The first so many matching calls pass. */
  skip?: number
  /** Strikes with this chance, decided by a generator that starts from `seed`. */
  probability?: number
  seed?: number
}

interface KindInfo {
  options: ReadonlyArray<keyof FaultOptions>
  done: boolean
}

export const FAULT_KINDS = {
  'session-expired': { options: [], done: false },
  refuse: { options: ['code', 'message'], done: false },
  duplicate: { options: [], done: false },
  status: { options: ['status', 'done'], done: false },
  throttle: { options: ['retryAfter', 'asDate'], done: false },
  hang: { options: ['done'], done: false },
  slow: { options: ['delayMs', 'done'], done: false },
  cut: { options: ['done'], done: false },
  reset: { options: ['done'], done: false },
  'wrong-type': { options: ['done'], done: true },
  empty: { options: ['done'], done: false },
  text: { options: ['text', 'done'], done: false },
  'lost-answer': { options: [], done: true },
  huge: { options: ['bytes', 'done'], done: true }
} as const satisfies Record<string, KindInfo>

export type FaultKind = keyof typeof FAULT_KINDS

const OPTION_NAMES = ['code', 'message', 'status', 'retryAfter', 'asDate', 'delayMs', 'text', 'bytes', 'done'] as const

/** An option that the kind ignores is refused: it would make a script that tests something else than it says. */
export function ruleProblem (rule: FaultRule): string | undefined {
  const taken: readonly string[] = FAULT_KINDS[rule.kind].options
  const idle = OPTION_NAMES.find(name => rule[name] !== undefined && !taken.includes(name))
  if (idle !== undefined) return `${rule.kind} takes no "${idle}"; it takes: ${taken.join(', ') || 'no option'}`
  const pattern = rule.match?.codePattern
  return pattern === undefined || compiles(pattern) ? undefined : 'match.codePattern is no regular expression'
}

export function doesWorkFirst (rule: FaultRule): boolean {
  return rule.done ?? FAULT_KINDS[rule.kind].done
}

function compiles (pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}
