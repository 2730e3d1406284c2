/** Settings of single units: `ADAPTER_<ID>_UNITS=H15.14,H15.18`, then `ADAPTER_<ID>_UNITS_H15_14_PASSWORD=…`. */
import { toShortAgency } from '../model/codes.js'
import { list, type Environment } from './gateway.js'
import type { Manifest } from '../adapter-kit/manifest.js'
import type { Settings } from '../adapter-kit/contract/open.js'

export interface UnitSettings {
  /** The unit's agency code, as it was written. */
  code: string
  /** The adapter's settings with the unit's own in their places. */
  settings: Settings
}

/** Keys that a unit may set. */
function unitKeys (manifest: Manifest): string[] {
  return Object.entries(manifest.settings).flatMap(([key, { perUnit }]) => perUnit === true ? [key] : [])
}

/** `000.00.14.H15` → `UNITS_000_00_14_H15_`. */
function unitPrefix (code: string): string {
  return `UNITS_${code.replaceAll('.', '_')}_`
}

/** The variables that the listed units may have, without the adapter's prefix. */
export function unitVariables (environment: Environment, manifest: Manifest, prefix: string): string[] {
  return listedUnits(environment, prefix).flatMap(code => unitKeys(manifest).map(key => unitPrefix(code) + key))
}

export interface UnitReading {
  manifest: Manifest
  prefix: string
  /** The adapter's own settings. */
  settings: Settings
  /** Reads one of a unit's variables, by the variable's name without the adapter's prefix and the setting's key. */
  read: (variable: string, key: string) => Settings[string] | undefined
}

/** A unit gives everything that identifies it: the password of one with the user name of another would be worse than none. */
export function readUnits (environment: Environment, { manifest, prefix, settings, read }: UnitReading, problems: string[]): UnitSettings[] {
  const codes = listedUnits(environment, prefix)
  problems.push(...unitProblems(codes, prefix))
  if (codes.length > 0 && unitKeys(manifest).length === 0) problems.push(`${prefix}UNITS: ${manifest.id} has no settings per unit`)
  return codes.map(code => {
    const own = unitKeys(manifest).flatMap((key): Array<[string, Settings[string]]> => {
      const value = read(unitPrefix(code) + key, key)
      if (value === undefined && key in settings) problems.push(`${prefix}${unitPrefix(code)}${key}: missing; the unit ${code} needs its own`)
      return value === undefined ? [] : [[key, value]]
    })
    return { code, settings: { ...settings, ...Object.fromEntries(own) } }
  })
}

function listedUnits (environment: Environment, prefix: string): string[] {
  return list(environment[`${prefix}UNITS`])
}

function unitProblems (codes: readonly string[], prefix: string): string[] {
  const seen = new Set<string>()
  return codes.flatMap(code => {
    const key = toShortAgency(code)
    if (key === undefined) return [`${prefix}UNITS: "${code}" is no agency code like H15.14 or 000.00.14.H15`]
    if (seen.has(key)) return [`${prefix}UNITS: ${code} is listed twice`]
    seen.add(key)
    return []
  })
}
