/** What operators ask of redrive jobs, with its audit entries. */
import { present } from '../model/present.js'
import { recordAudit } from '../db/audit.js'
import type { Database } from '../db/open.js'
import { breakdownRedrivable, countRedrivable, sampleRedrivable, type RedrivableGroup, type RedrivableSample, type RedriveFilter } from './filter.sql.js'
import { changeRedrive, createRedrive, listRedrives, type NewRedrive, type RedriveChange, type RedriveRow } from './jobs.sql.js'
import { confirmationNeeded, type Confirmation } from './confirmation.js'

export interface RedrivePlan {
  matching: number
  sample: RedrivableSample[]
  breakdown: RedrivableGroup[]
}

const SAMPLE = 10
const GROUPS = 100

/** What a redrive would take, before anything is done. */
export async function planRedrive (db: Database, filter: RedriveFilter): Promise<RedrivePlan> {
  const [matching, sample, breakdown] = await Promise.all([
    countRedrivable(db, filter), sampleRedrivable(db, filter, SAMPLE), breakdownRedrivable(db, filter, GROUPS)
  ])
  return { matching, sample, breakdown }
}

/** More was chosen than somebody has confirmed: nothing was made. */
export class NotConfirmed extends Error {
  readonly matching: number

  constructor (matching: number) {
    super(`${matching} deliveries match, and this number was not confirmed`)
    this.name = 'NotConfirmed'
    this.matching = matching
  }
}

/** Freezes the selection. It is counted again as it is frozen: what failed since the confirmation needs another. */
export async function startRedrive (db: Database, request: NewRedrive, confirmation: Confirmation): Promise<RedriveRow> {
  return db.transaction().execute(async tx => {
    const { id, total } = await createRedrive(tx, request)
    if (confirmationNeeded(total, confirmation)) throw new NotConfirmed(total)
    const { filter, rate = null, actor } = request
    await recordAudit(tx, [{ actor, action: 'redrive.created', ...present({ adapter: filter.adapter }), details: { redrive: id, filter, rate, total } }])
    const [row] = await listRedrives(tx, { id, limit: 1 })
    if (row === undefined) throw new Error(`redrive ${id} was not stored`)
    return row
  })
}

const ACTIONS = { pause: 'redrive.paused', resume: 'redrive.resumed', cancel: 'redrive.cancelled' } as const

/** False when there was nothing to change. What a cancelled job has already redriven stays redriven. */
export async function steerRedrive (db: Database, id: string, { change, actor }: { change: RedriveChange, actor: string }): Promise<boolean> {
  return db.transaction().execute(async tx => {
    const changed = await changeRedrive(tx, id, change)
    if (changed) await recordAudit(tx, [{ actor, action: ACTIONS[change], details: { redrive: id } }])
    return changed
  })
}
