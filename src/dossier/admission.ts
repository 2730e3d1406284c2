/** What refuses a push before its dossier is locked: an origin that nobody could be told of, and files that the client has not. */
import { originOwners } from './dossiers.sql.js'
import type { Tx } from '../db/open.js'
import type { DossierContent } from '../db/tables.js'
import { Problem } from '../base/problem.js'
import { refuseIfAny, type Push } from './decision.js'
import { checkFiles } from './files.js'
import { originFindings, type OriginRules } from './origin.js'
import { originTaken } from './problems.js'

export type RefusedPush = Map<Push, Problem>

export interface Admission {
  clientId: string
  origins: OriginRules
}

/** One question for all origins; files are asked for only where a dossier has some. */
export async function refusedBefore (tx: Tx, pushes: readonly Push[], options: Admission): Promise<RefusedPush> {
  const refused: RefusedPush = new Map()
  const owners = await originOwners(tx, pushes.flatMap(({ state: { origin } }) => origin === undefined ? [] : [origin]))
  for (const push of pushes) {
    const problem = await problemOf(async () => {
      checkOrigin(push.state, { owners, options })
      await checkFiles(tx, push.state, options.clientId)
    })
    if (problem !== undefined) refused.set(push, problem)
  }
  return refused
}

async function problemOf (check: () => Promise<void>): Promise<Problem | undefined> {
  try {
    await check()
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** One national dossier has one dossier here, also within a batch. */
function checkOrigin ({ code, origin }: DossierContent, { owners, options }: { owners: Map<string, string>, options: Admission }): void {
  refuseIfAny(originFindings(origin, options.origins))
  if (origin === undefined) return
  const key = `${origin.adapter} ${origin.code}`
  if ((owners.get(key) ?? code) !== code) throw originTaken()
  owners.set(key, code)
}
