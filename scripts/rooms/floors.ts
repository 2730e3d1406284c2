/** The floors and rows of `eslint.boundaries.js`, for scripts and tests: the lint rule and the table share one source. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Boundaries {
  /** From below. */
  FLOORS: ReadonlyArray<readonly string[]>
  /** What each room may import beside itself; `~` allows types alone. */
  ROOMS: Readonly<Record<string, readonly string[]>>
  roomOf: (file: string) => string | undefined
  /** The plugin of ESLint with the one rule. */
  boundaries: unknown
}

export async function readBoundaries (root: string): Promise<Boundaries> {
  return await import(pathToFileURL(join(root, 'eslint.boundaries.js')).href) as Boundaries
}

/** Number of a room's floor from below; a room within another stands on its floor. Undefined: on none. */
export function floorOf (floors: Boundaries['FLOORS'], room: string): number | undefined {
  const floor = floors.findIndex(rooms => rooms.some(name => room === name || room.startsWith(`${name}/`)))
  return floor === -1 ? undefined : floor
}

/** A target must stand lower, or be a part of the same room (`http/soap` and `http/dossiers`). */
export function runsDown (floors: Boundaries['FLOORS'], from: string, to: string): boolean {
  const [own, other] = [floorOf(floors, from), floorOf(floors, to)]
  if (own === undefined || other === undefined) return false
  return other < own || (own === other && from.split('/')[0] === to.split('/')[0] && !from.startsWith('operations/'))
}
