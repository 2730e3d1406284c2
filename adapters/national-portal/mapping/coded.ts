/** Members that a province's code tables decide: what it calls a thing, and what the portal calls it. */
import { KINDS } from '../findings.js'
import type { Translator } from './translator.js'
import type { Dossier, ProgressStep } from '../../../src/model/dossier-types.js'
import type { Path } from '../../../src/model/findings.js'
import { present } from '../../../src/model/present.js'

export type Stated = Pick<Dossier | ProgressStep, 'status' | 'localStatus'>

/**
 * The national status. Of a province's own, the row for the sub-status wins, else that for the status alone (contract
 * §3.2); folding several into one is the province's decision, written in its table, and never made here (pitfall 27).
 */
export function statusCode ({ status, localStatus }: Stated, path: Path, t: Translator): string | undefined {
  if (status !== undefined || localStatus === undefined) return t.code('status', status, [...path, 'status'])
  const { code, subCode } = localStatus
  const whole = subCode === undefined ? code : `${code}/${subCode}`
  return t.code('localStatus', t.knows('localStatus', whole) ? whole : narrower(code, whole, t), [...path, 'localStatus'])
}

/** The row that is named as missing where there is none: the one that says most. */
function narrower (code: string, whole: string, t: Translator): string {
  return t.knows('localStatus', code) ? code : whole
}

interface Named {
  code: string
  name: string
}

/**
 * Code and name of the member that has the table's name, as the portal has them: a row with a name replaces the province's
 * own, because the portal compares names with its catalogue (contract §2.1.1), and that is reported.
 */
export function named (table: 'procedure' | 'field' | 'agency', own: Named, t: Translator): Partial<Named> {
  const entry = t.entry(table, own.code, [table, 'code'])
  if (entry?.name !== undefined && entry.name !== own.name) {
    t.report(KINDS.nameFromTable, [table, 'name'], { table })
  }
  return present({ code: entry?.code, name: entry?.name ?? own.name })
}

/** A catalogue's code that may be left out: "" then, as clients send it. */
export function optionalCode (table: string, { own, path }: { own: string | undefined, path: Path }, t: Translator): string {
  return own === undefined || own === '' ? '' : t.code(table, own, path) ?? ''
}
