/**
 * The portal's memory: dossiers, what was written to them and in which order, and the steps. It grows with the
 * number of dossiers, as a portal's does; per dossier only the newest writes and steps are kept whole, all are counted.
 */
import { isRecord, parseJson } from '../model/json.js'

/** Where a written thing stands: in which call, and where in its `data`. */
export interface Source {
  at: string
  request: number
  /** Shared with the request log, so that a write costs no second copy. */
  body: Buffer
}

export interface Write {
  /** `altered`: not by a client, but over the control API. */
  kind: 'create' | 'update' | 'altered'
  source: Source
  index: number
}

export interface Step {
  at: string
  request: number
  step: Readonly<Record<string, unknown>>
  /** 1 for the first arrival of this step, 2 for its first repetition … */
  occurrence: number
  /** True when a step with a later ThoiDiemXuLy had arrived before it. */
  late: boolean
}

export interface SandboxDossier {
  code: string
  creates: number
  updates: number
  /** Creates that came although the dossier was there; each was refused. */
  duplicatedCreates: number
  stepCount: number
  duplicatedSteps: number
  lateSteps: number
  writes: Write[]
  steps: Step[]
  seen: Map<string, number>
  latestStep: string
}

/** A message that is only kept: statuses of the portal's own dossiers, answers to questions, ratings. */
export interface Notice {
  service: string
  at: string
  request: number
  data: Readonly<Record<string, unknown>>
}

export interface Counts {
  creates: number
  updates: number
  steps: number
  duplicatedCreates: number
  duplicatedSteps: number
  logins: number
}

export interface Store {
  counts: () => Readonly<Counts>
  dossier: (code: string) => SandboxDossier | undefined
  dossiers: () => Iterable<SandboxDossier>
  size: () => number
  write: (code: string, write: Write) => void
  refuseCreate: (code: string) => void
  addStep: (code: string, source: Source, step: Readonly<Record<string, unknown>>) => void
  addNotice: (notice: Notice) => void
  /** Oldest first. */
  notices: (...services: string[]) => readonly Notice[]
  countLogin: () => void
  forget: (code: string) => boolean
  clear: () => void
}

const KEPT_WRITES = 50
const KEPT_STEPS = 1000
const KEPT_NOTICES = 10_000

export function createStore (): Store {
  const dossiers = new Map<string, SandboxDossier>()
  let notices: Notice[] = []
  let counts = noCounts()

  return {
    counts: () => counts,
    dossier: code => dossiers.get(code),
    dossiers: () => dossiers.values(),
    size: () => dossiers.size,
    write (code, write) {
      const dossier = dossiers.get(code) ?? emptyDossier(code)
      dossiers.set(code, dossier)
      if (write.kind !== 'altered') {
        const counter = write.kind === 'create' ? 'creates' : 'updates'
        dossier[counter]++
        counts[counter]++
      }
      pushCapped(dossier.writes, write, KEPT_WRITES)
    },
    refuseCreate (code) {
      const dossier = dossiers.get(code)
      if (dossier !== undefined) dossier.duplicatedCreates++
      counts.duplicatedCreates++
    },
    addStep (code, source, step) {
      const dossier = dossiers.get(code)
      if (dossier === undefined) return
      const occurrence = recordStep(dossier, source, step)
      counts.steps++
      if (occurrence > 1) counts.duplicatedSteps++
    },
    addNotice: notice => pushCapped(notices, notice, KEPT_NOTICES),
    notices: (...services) => notices.filter(({ service }) => services.length === 0 || services.includes(service)),
    countLogin: () => { counts.logins++ },
    forget: code => dossiers.delete(code),
    clear () {
      dossiers.clear()
      notices = []
      counts = noCounts()
    }
  }
}

/** The national dossier as the newest write left it. */
export function currentDossier (dossier: SandboxDossier): unknown {
  const newest = dossier.writes.at(-1)
  return newest === undefined ? undefined : written(newest)
}

export function written ({ source, index }: Write): unknown {
  const body = parseJson(source.body.toString('utf8'))
  // Generation B sends the bare list.
  const data = isRecord(body) ? body['data'] : body
  return Array.isArray(data) ? data[index] : undefined
}

function recordStep (dossier: SandboxDossier, { at, request }: Source, step: Readonly<Record<string, unknown>>): number {
  const key = JSON.stringify(['ThoiDiemXuLy', 'NoiDungXuLy', 'TrangThai', 'NguoiXuLy'].map(name => step[name]))
  const occurrence = (dossier.seen.get(key) ?? 0) + 1
  dossier.seen.set(key, occurrence)
  const time = String(step['ThoiDiemXuLy'])
  const late = time < dossier.latestStep
  if (!late) dossier.latestStep = time
  dossier.stepCount++
  if (occurrence > 1) dossier.duplicatedSteps++
  if (late) dossier.lateSteps++
  pushCapped(dossier.steps, { at, request, step, occurrence, late }, KEPT_STEPS)
  return occurrence
}

function pushCapped<T> (list: T[], item: T, most: number): void {
  list.push(item)
  if (list.length > most) list.shift()
}

function emptyDossier (code: string): SandboxDossier {
  return {
    code,
    creates: 0,
    updates: 0,
    duplicatedCreates: 0,
    stepCount: 0,
    duplicatedSteps: 0,
    lateSteps: 0,
    writes: [],
    steps: [],
    seen: new Map(),
    latestStep: ''
  }
}

function noCounts (): Counts {
  return { creates: 0, updates: 0, steps: 0, duplicatedCreates: 0, duplicatedSteps: 0, logins: 0 }
}
