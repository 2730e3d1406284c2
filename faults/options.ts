/** What the command line asks for. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { BACKENDS, type Backend } from './stage.js'

export interface Options {
  /** Each point once on one backend, in a few minutes. */
  short: boolean
  /** One line of JSON on stdout; everything for people goes to stderr. */
  json: boolean
  seed: number
  /** Of a full run: as long as this, but never less than every fault once. */
  minutes: number
  /** Undefined: all, or in a short run Redis where there is one. */
  backend: Backend | undefined
  /** Only faults whose kind has this in it. */
  only: string
  report: string | undefined
  perSecond: number
  /** So many faults may still be settling while the next one strikes, the last among them. */
  overlap: number
}

export function readOptions (args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(randomInt(1, 1_000_000)) },
      minutes: { type: 'string', default: '10' },
      overlap: { type: 'string' },
      rate: { type: 'string', default: '15' },
      backend: { type: 'string' },
      only: { type: 'string', default: '' },
      report: { type: 'string' }
    }
  })
  const { short, json, only, report, backend } = values
  if (!isBackend(backend)) throw new Error(`--backend: one of ${BACKENDS.join(', ')}`)
  return {
    short,
    json,
    only,
    report,
    backend,
    seed: whole('--seed', values.seed),
    minutes: whole('--minutes', values.minutes),
    perSecond: whole('--rate', values.rate),
    overlap: whole('--overlap', values.overlap ?? (short ? '4' : '1'))
  }
}

function isBackend (name: string | undefined): name is Backend | undefined {
  return name === undefined || (BACKENDS as readonly string[]).includes(name)
}

function whole (name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name}: must be a whole number`)
  return Number(text)
}

/** Numbers 0 ≤ x < 1 that a seed decides (mulberry32): a run can be had again. */
export function randomFrom (seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
