// Where the examples of contract §7.11 to §7.15 and their schemas stand: in the adapter's folder, or for systems without an
// adapter in test/fixtures/systems.
import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

const SYSTEMS = new URL('../fixtures/systems/', import.meta.url)
const ADAPTERS = new URL('../../adapters/', import.meta.url)
/** Those that have an adapter, and where its schemas of these messages stand. */
const OWN: Readonly<Partial<Record<System, string>>> = { 'national-portal': 'schema/inbound', 'national-portal-connector': 'schema' }

export type System = 'national-portal' | 'payment-platform' | 'personal-papers' | 'vnconnect' | 'national-portal-connector'

export function readSystemFile<Value> (system: System, path: string): Value {
  const folder = new URL(`${system}/`, OWN[system] === undefined ? SYSTEMS : ADAPTERS)
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as Value
}

export function readExample<Value> (system: System, name: string): Value {
  return readSystemFile(system, `fixtures/${OWN[system] === undefined ? '' : 'contract/'}${name}.json`)
}

/** As strict as the registry compiles the schemas of an adapter. */
export function compileSchema (system: System, name: string): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
  return ajv.compile(readSystemFile<object>(system, `${OWN[system] ?? 'schema'}/${name}.json`))
}
