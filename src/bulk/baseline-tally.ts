/** Counts what an import comes to. Grows with the number of adapters and codes, not with the file. */
import { createHash } from 'node:crypto'
import type { Finding } from '../model/findings.js'
import type { ProblemItem } from '../base/problem.js'
import type { PushEffect } from './baseline-compare.js'

/** One thing that is wrong with one line. Values are never repeated: they may be personal data. */
export interface LineError extends ProblemItem {
  line: number
  dossierCode: string | null
}

export interface BaselineCounts {
  /** Lines that are not blank. */
  lines: number
  /** Recorded; in a dry run, what would be. */
  imported: number
  /** There before, with the same content. */
  unchanged: number
  /** There before with other content: left as it is. */
  alreadyKnown: number
  rejected: number
  /** Steps of those imported. */
  steps: number
}

export interface PushedTo {
  adapter: string
  creates: number
  updates: number
  nothing: number
  newSteps: number
}

export interface Tally {
  counts: BaselineCounts
  /** Warnings and the like, by code. */
  findings: Record<string, number>
  push: { refused: Record<string, number>, adapters: PushedTo[] }
  /** The first ones; the rest is only counted. */
  errors: LineError[]
  errorsLeftOut: number
  bytes: number
}

export interface TallyKeeper {
  tally: Tally
  /** Passes the bytes on, measured. */
  measure: (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>
  /** SHA-256 of all bytes measured, in hexadecimal; to be asked once. */
  sha256: () => string
  error: (error: LineError) => void
  findings: (findings: readonly Finding[]) => void
  effect: (effect: PushEffect) => void
}

export interface TallyOptions {
  adapters: readonly string[]
  /** How many errors are kept for the summary. */
  errorsKept: number
  /** Told of every error. */
  onError?: (error: LineError) => void
}

export function createTally ({ adapters, errorsKept, onError = () => {} }: TallyOptions): TallyKeeper {
  const hash = createHash('sha256')
  const tally = emptyTally(adapters)
  return {
    tally,
    async * measure (chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk)
        tally.bytes += chunk.length
        yield chunk
      }
    },
    sha256: () => hash.digest('hex'),
    error (error) {
      if (tally.errors.length < errorsKept) tally.errors.push(error)
      else tally.errorsLeftOut++
      onError(error)
    },
    findings (findings) {
      for (const { code } of findings) increase(tally.findings, code)
    },
    effect (effect) {
      if (effect.kind === 'refused') increase(tally.push.refused, effect.code)
      if (effect.kind === 'nothing') for (const pushed of tally.push.adapters) pushed.nothing++
      if (effect.kind === 'sent') effect.to.forEach(sent => { addSent(tally.push.adapters, sent) })
    }
  }
}

function addSent (adapters: readonly PushedTo[], { adapter, mode, steps }: { adapter: string, mode: 'create' | 'update', steps: number }): void {
  const pushed = adapters.find(one => one.adapter === adapter)
  if (pushed === undefined) return
  pushed[mode === 'create' ? 'creates' : 'updates']++
  pushed.newSteps += steps
}

function increase (counts: Record<string, number>, code: string): void {
  counts[code] = (counts[code] ?? 0) + 1
}

function emptyTally (adapters: readonly string[]): Tally {
  return {
    counts: { lines: 0, imported: 0, unchanged: 0, alreadyKnown: 0, rejected: 0, steps: 0 },
    findings: {},
    push: { refused: {}, adapters: adapters.map(adapter => ({ adapter, creates: 0, updates: 0, nothing: 0, newSteps: 0 })) },
    errors: [],
    errorsLeftOut: 0,
    bytes: 0
  }
}
