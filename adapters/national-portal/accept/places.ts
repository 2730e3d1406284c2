/** From a pointer into the canonical document to one into the portal's item: `/documents/2/name` → `/TaiLieuNop/2/TenTepDinhKem`. */
import type { Shape } from './shapes.js'

/** `*` stands for an index. */
export type Places = ReadonlyMap<string, string>

export function placesOf (shape: Shape): Places {
  return new Map(pairs(shape, { ours: '', national: '' }))
}

interface At {
  ours: string
  national: string
}

function pairs (shape: Shape, at: At): Array<[string, string]> {
  return Object.entries(shape).flatMap(([name, member]) => {
    const ours = member.ours === '' ? at.ours : `${at.ours}/${member.ours}`
    const national = `${at.national}/${name}`
    const item: At = { ours: `${ours}/*`, national: `${national}/*` }
    const below = 'items' in member ? [[item.ours, item.national] as [string, string], ...pairs(member.items, item)] : []
    return [[ours, national] as [string, string], ...below]
  })
}

/** The place of the member, or of what holds it; the item itself for what has none there, as the unit's code. */
export function nationalPlace (places: Places, pointer: string): string {
  const parts = pointer.split('/').slice(1)
  for (let length = parts.length; length > 0; length--) {
    const known = parts.slice(0, length)
    const place = places.get(known.map(part => `/${isIndex(part) ? '*' : part}`).join(''))
    if (place !== undefined) return withIndexes(place, known.filter(isIndex))
  }
  return ''
}

function withIndexes (place: string, indexes: readonly string[]): string {
  let next = 0
  return place.replaceAll('*', () => indexes[next++] ?? '')
}

function isIndex (part: string): boolean {
  return /^\d+$/.test(part)
}
