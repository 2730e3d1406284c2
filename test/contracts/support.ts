// Where the examples of contract §7.11 to §7.15 and their schemas stand: in the adapter's folder, for systems without one in
// test/fixtures/systems.
import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

const SYSTEMS = new URL('../fixtures/systems/', import.meta.url)
const ADAPTERS = new URL('../../adapters/', import.meta.url)
const WITH_ADAPTER: readonly string[] = ['national-portal', 'national-portal-connector', 'payment-platform']

export type System = 'national-portal' | 'payment-platform' | 'personal-papers' | 'vnconnect' | 'national-portal-connector'

function folderOf (system: System): URL {
  return new URL(`${system}/`, WITH_ADAPTER.includes(system) ? ADAPTERS : SYSTEMS)
}

function readSystemFile<Value> (system: System, path: string): Value {
  return JSON.parse(readFileSync(new URL(path, folderOf(system)), 'utf8')) as Value
}

export function readExample<Value> (system: System, name: string): Value {
  return readSystemFile(system, `fixtures/${WITH_ADAPTER.includes(system) ? 'contract/' : ''}${name}.json`)
}

/** As strict as the registry compiles the schemas of an adapter. What an adapter takes, and its answer, stands in `inbound`. */
export function compileSchema (system: System, name: string): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
  const inbound = `schema/inbound/${name}.json`
  return ajv.compile(readSystemFile<object>(system, existsSync(new URL(inbound, folderOf(system))) ? inbound : `schema/${name}.json`))
}
