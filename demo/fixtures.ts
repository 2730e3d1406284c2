/** The demo's data: invented dossiers of units of the former Phú Yên (H45) and of Đắk Lắk (H15). */
import { readdirSync, readFileSync } from 'node:fs'
import type { Dossier, Progress } from '../src/model/dossier-types.js'

/** What the gateway must say to a push: `stale-revision` is a 409, the others are 202 and twice 200. */
export type Expectation = 'accepted' | 'unchanged' | 'replayed' | 'stale-revision'

interface PushBase {
  code: string
  expect: Expectation
  title?: string
  idempotencyKey?: string
}

export type Push = PushBase & ({ to: 'dossier', body: Dossier } | { to: 'progress', body: Progress })

/** A document that breaks a rule, and the errors that must be named for it. */
export interface Rejected {
  title: string
  expected: Array<{ pointer: string, code: string }>
  body: unknown
}

export interface Fixtures {
  /** First revisions. */
  dossiers: Dossier[]
  /** The same, by the name of their file. */
  files: ReadonlyMap<string, Dossier[]>
  /** What happens to some of them later, in order. */
  updates: Push[]
  rejected: Rejected[]
}

const FOLDER = new URL('.//', import.meta.url)

export function readFixtures (): Fixtures {
  const names = readdirSync(new URL('dossiers/', FOLDER)).filter(name => name.endsWith('.json')).sort()
  const files = new Map(names.map(name => [name, readJson<Dossier[]>(`dossiers/${name}`)]))
  return {
    dossiers: [...files.values()].flat(),
    files,
    updates: readJson('updates.json'),
    rejected: readJson('rejected.json')
  }
}

export function firstPushes ({ dossiers }: Fixtures): Push[] {
  return dossiers.map(body => ({ to: 'dossier', code: body.code, expect: 'accepted', body }))
}

export function readJson<T> (name: string): T {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as T
}
