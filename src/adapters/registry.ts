/** Finds the adapters: every folder of `adapters/` is one (ADR 0004). */
import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { Adapter } from '../adapter-kit/contract/adapter.js'
import { createSchemaCompiler } from '../base/json-schema.js'
import { ConfigError } from '../base/problem.js'
import type { Manifest } from '../adapter-kit/manifest.js'
import type { CodeSeeds } from '../adapter-kit/contract/codes.js'

/** Beside the compiled code, so that it is found in a checkout and in the image alike. */
export const ADAPTERS_FOLDER = new URL('../../adapters/', import.meta.url)
const STRICT = { allErrors: true, strict: true, strictTypes: false, strictRequired: false }
/** Compiled once: every start reads all manifests, also of adapters that it does not use. */
const isManifest = createSchemaCompiler(STRICT)<Manifest>(
  JSON.parse(readFileSync(new URL('../../schemas/adapter-manifest.json', import.meta.url), 'utf8')) as object
)

export interface LoadedAdapter {
  manifest: Manifest
  codes: CodeSeeds
  adapter: Adapter
  /** Checks the message of a call; one per call of the manifest. */
  schemas: ReadonlyMap<string, ValidateFunction>
  /** Checks what the partner sends; one per file of `schema/inbound`. */
  inboundSchemas: ReadonlyMap<string, ValidateFunction>
}

export async function adapterIds (folder: URL = ADAPTERS_FOLDER): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter(entry => entry.isDirectory()).map(entry => entry.name).sort()
}

export async function readManifest (id: string, folder: URL = ADAPTERS_FOLDER): Promise<Manifest> {
  const manifest = await readJson(new URL(`${id}/manifest.json`, folder), `adapters/${id}/manifest.json`)
  if (!isManifest(manifest)) {
    throw new ConfigError((isManifest.errors ?? []).map(error => `adapters/${id}/manifest.json${error.instancePath}: ${String(error.message)}`))
  }
  if (manifest.id !== id) throw new ConfigError([`adapters/${id}/manifest.json: id is ${manifest.id}, the folder is ${id}`])
  const dangling = danglingReasons(manifest)
  if (dangling.length > 0) throw new ConfigError(dangling.map(problem => `adapters/${id}/manifest.json: ${problem}`))
  return manifest
}

/** A `requiredFor` that names no setting would never ask for anything; a lane that waits for what a newer revision replaces would wait for nothing. */
function danglingReasons ({ deliver, receive = {}, poll, accept, settings }: Manifest): string[] {
  const unknownProofs = Object.entries(receive).flatMap(([name, { proof = [] }]) => proof
    .filter(setting => !Object.hasOwn(settings, setting))
    .map(setting => `receive.${name} is proven by ${setting}, which is no setting`))
  const unopened = accept !== undefined && !Object.hasOwn(settings, accept.enabledBy) ? [`accept is enabled by ${accept.enabledBy}, which is no setting`] : []
  const inbox = poll?.inbox === undefined || Object.hasOwn(settings, poll.inbox.everySeconds) ? [] : [`poll.inbox.everySeconds names ${poll.inbox.everySeconds}, which is no setting`]
  const contradiction = deliver?.supersedes === true && deliver.afterFailure === 'wait' ? ['deliver.afterFailure is "wait", but newer revisions supersede older ones'] : []
  return [...unopened, ...unknownProofs, ...contradiction, ...inbox, ...Object.entries(settings).flatMap(([key, { requiredFor = {} }]) => Object.keys(requiredFor)
    .filter(name => !Object.hasOwn(settings, name))
    .map(name => `${key} is required for ${name}, which is no setting`))]
}

export async function loadAdapter (id: string, folder: URL = ADAPTERS_FOLDER): Promise<LoadedAdapter> {
  const manifest = await readManifest(id, folder)
  const codes = await readJson(new URL(`${id}/codes.json`, folder), `adapters/${id}/codes.json`) as CodeSeeds
  const undeclared = Object.keys(codes).filter(table => !Object.hasOwn(manifest.codeTables ?? {}, table))
  if (undeclared.length > 0) throw new ConfigError([`adapters/${id}/codes.json: manifest.json declares no table ${undeclared.join(', ')}`])
  const { default: adapter } = await import(new URL(`${id}/adapter.js`, folder).href) as { default: Adapter }
  const untold = differences(manifest, adapter)
  if (untold.length > 0) throw new ConfigError(untold.map(problem => `adapters/${id}: ${problem}`))
  return {
    manifest,
    codes,
    adapter,
    schemas: await compileSchemas(manifest, folder),
    inboundSchemas: manifest.receive === undefined ? new Map() : await compileInbound(id, folder)
  }
}

/** What manifest.json promises and adapter.ts does not do, or the other way round. */
function differences (manifest: Manifest, adapter: Adapter): string[] {
  const promised = operations({ ...manifest, poll: manifest.poll?.inbox, [mappingOf(manifest)]: manifest.deliver })
  const done = operations({ ...adapter, map: adapter.deliver?.map })
  return [
    ...promised.filter(name => !done.includes(name)).map(name => `manifest.json names ${name}, which adapter.ts does not offer`),
    ...done.filter(name => !promised.includes(name)).map(name => `adapter.ts offers ${name}, which manifest.json does not name`)
  ]
}

/** The mapping that belongs to what is delivered. */
function mappingOf ({ deliver }: Manifest): 'map' | 'notify' {
  return deliver?.subject === 'notification' ? 'notify' : 'map'
}

function operations (one: { deliver?: unknown, map?: unknown, notify?: unknown, poll?: unknown, accept?: unknown, receive?: Readonly<Record<string, unknown>> }): string[] {
  const single = (['deliver', 'map', 'notify', 'poll', 'accept'] as const).filter(name => one[name] !== undefined)
  return [...single, ...Object.keys(one.receive ?? {}).map(name => `receive.${name}`)]
}

async function compileSchemas (manifest: Manifest, folder: URL): Promise<Map<string, ValidateFunction>> {
  const compile = createSchemaCompiler(STRICT)
  const schemas = new Map<string, ValidateFunction>()
  for (const call of Object.keys(manifest.deliver?.calls ?? {})) {
    schemas.set(call, compile(await readJson(new URL(`${manifest.id}/schema/${call}.json`, folder), `adapters/${manifest.id}/schema/${call}.json`) as object))
  }
  return schemas
}

async function compileInbound (id: string, folder: URL): Promise<Map<string, ValidateFunction>> {
  // The first error is enough to refuse a message: a stranger's must not make us look for all of them.
  const compile = createSchemaCompiler({ ...STRICT, allErrors: false })
  const schemas = new Map<string, ValidateFunction>()
  const files = await readdir(new URL(`${id}/schema/inbound/`, folder)).catch(() => [])
  for (const file of files.filter(file => file.endsWith('.json'))) {
    const name = `adapters/${id}/schema/inbound/${file}`
    schemas.set(basename(file, '.json'), compile(await readJson(new URL(`${id}/schema/inbound/${file}`, folder), name) as object))
  }
  return schemas
}

/** A folder that is no adapter stops the boot and is named, with the file. */
async function readJson (file: URL, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown
  } catch (error) {
    throw new ConfigError([`${name}: ${(error as Error).message}`])
  }
}
