// Where the examples of contract §7.11 to §7.15 and their schemas stand: the portal's own inbound messages in its adapter's
// folder, those of systems without an adapter in test/fixtures/systems.
import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

const SYSTEMS = new URL('../fixtures/systems/', import.meta.url)
const PORTAL = new URL('../../adapters/national-portal/', import.meta.url)

export type System = 'national-portal' | 'payment-platform' | 'personal-papers' | 'vnconnect' | 'national-portal-c'

export function readSystemFile<Value> (system: System, path: string): Value {
  const folder = system === 'national-portal' ? PORTAL : new URL(`${system}/`, SYSTEMS)
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as Value
}

export function readExample<Value> (system: System, name: string): Value {
  return readSystemFile(system, `fixtures/${system === 'national-portal' ? 'contract/' : ''}${name}.json`)
}

/** As strict as the registry compiles the schemas of an adapter. */
export function compileSchema (system: System, name: string): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
  return ajv.compile(readSystemFile<object>(system, `schema/${system === 'national-portal' ? 'inbound/' : ''}${name}.json`))
}
