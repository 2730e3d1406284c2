/** An adapter's lists as they are pulled and stored: one that depends on who asks is a list for each unit. Pure. */
import { toShortAgency } from '../model/codes.js'
import type { ActiveAdapter } from '../adapters/active-adapter.js'
import type { ManifestList } from '../adapter-kit/manifest.js'
import type { Settings } from '../adapter-kit/contract/open.js'

export interface StoredList {
  /** `unitProcedures/H15.14` for the list of a unit, else the declared name. */
  list: string
  declared: ManifestList
  /** The unit in short notation; null: the adapter's own account. */
  unit: string | null
}

export interface PullableList extends StoredList {
  /** As the manifest and the client name it. */
  name: string
  client: ActiveAdapter['client']
}

export type ListOwner = Pick<ActiveAdapter, 'client' | 'units' | 'settings'> & { manifest: Pick<ActiveAdapter['manifest'], 'id' | 'poll'> }

export type Lists = Readonly<Record<string, ManifestList>>

const UNIT_SIGN = '/'

export function listsOf ({ manifest: { poll }, client, units, settings }: ListOwner): PullableList[] {
  return Object.entries(poll?.lists ?? {}).filter(([, declared]) => isOffered(declared, settings)).flatMap(([name, declared]) => [
    { list: name, name, declared, unit: null, client },
    ...(declared.perUnit === true ? units : []).map(({ code, client: own }) => ({ ...unitList(name, code), name, declared, client: own }))
  ])
}

function isOffered ({ onlyFor = {} }: ManifestList, settings: Settings): boolean {
  return Object.entries(onlyFor).every(([key, values]) => values.includes(String(settings[key])))
}

function unitList (name: string, code: string): { list: string, unit: string } {
  const unit = toShortAgency(code) ?? code
  return { list: `${name}${UNIT_SIGN}${unit}`, unit }
}

/** What the manifest says about a stored list, and whose it is. */
export function storedList (lists: Lists, list: string): { declared: ManifestList | undefined, unit: string | null } {
  const [name = '', unit = null] = list.split(UNIT_SIGN)
  return { declared: lists[name], unit }
}
