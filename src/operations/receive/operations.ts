/** Every receive operation of the installed adapters, with the paths at which it is offered. Pure. */
import type { CheckForm, ReceiveOperation } from '../../adapter-kit/contract/receive.js'
import { ConfigError } from '../../base/problem.js'
import { formCheck } from './form.js'
import type { InstalledAdapter } from '../../adapters/active-adapter.js'
import type { BilingualText } from '../../model/bilingual.js'
import type { Settings } from '../../adapter-kit/contract/open.js'

export interface InboundOperation {
  adapter: string
  name: string
  title: BilingualText
  /** Exact ones, without query. */
  paths: readonly string[]
  maxBytes: number
  receive: ReceiveOperation
  settings: Settings
  /** Units with settings of their own. */
  units: InstalledAdapter['units']
  /** What the gateway itself asks a caller for, before the body is read. */
  proof: InstalledAdapter['inbound']
  /** Nothing is configured by which the partner could be told from others: nobody is let in. */
  closed: boolean
  check: CheckForm
}

/** Throws ConfigError where two operations want one path, or one that is the gateway's own. */
export function inboundOperations (installed: Iterable<InstalledAdapter>, bodyLimitBytes: number): InboundOperation[] {
  const operations = [...installed].flatMap(adapter => operationsOf(adapter, bodyLimitBytes))
  const problems = pathProblems(operations)
  if (problems.length > 0) throw new ConfigError(problems)
  return operations
}

function operationsOf ({ manifest, adapter, settings, units, inbound, inboundSchemas }: InstalledAdapter, bodyLimitBytes: number): InboundOperation[] {
  return Object.entries(manifest.receive ?? {}).flatMap(([name, { title, paths, maxBytes = bodyLimitBytes, proof = [] }]) => {
    const receive = adapter.receive?.[name]
    if (receive === undefined) return []
    const proven = inbound.allow !== undefined || inbound.subjects !== undefined || proof.some(setting => settings[setting] !== undefined)
    return [{
      adapter: manifest.id,
      name,
      title,
      paths: [`/callbacks/${manifest.id}/${name}`, ...paths],
      maxBytes,
      receive,
      settings,
      units,
      proof: inbound,
      closed: !proven,
      check: formCheck(inboundSchemas)
    }]
  })
}

/** Where the gateway's own routes are: a partner's path there would hide one of them, or be hidden by it. */
const OWN = /^\/(v1|callbacks|docs|console|healthz|readyz|metrics)(\/|$)/

function pathProblems (operations: readonly InboundOperation[]): string[] {
  const owners = new Map<string, string>()
  return operations.flatMap(({ adapter, name, paths: [, ...paths] }) => paths.flatMap(path => {
    const owner = owners.get(path)
    owners.set(path, `${adapter}.${name}`)
    if (owner !== undefined) return [`ADAPTERS: ${owner} and ${adapter}.${name} both receive at ${path}; leave one of the adapters out`]
    return OWN.test(path) ? [`adapters/${adapter}/manifest.json: receive.${name} wants ${path}, which is the gateway's own`] : []
  }))
}
