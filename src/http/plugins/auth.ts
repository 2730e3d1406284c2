/**
 * Who calls and what they may do. Registered inside the scope it protects: every route there must name its scope, or
 * the boot fails; nothing is open by omission.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { findClient, touchKey, type Client, type Scope } from '../../db/keys.js'
import type { Database } from '../../db/open.js'
import { Problem } from '../../base/problem.js'
import { simple } from './problems.js'

declare module 'fastify' {
  interface FastifyRequest {
    client: Client
  }
  interface FastifyContextConfig {
    /** What a key must be allowed to call the route; a function where that depends on the query, which is not checked yet. */
    scope?: Scope | ((query: Readonly<Record<string, unknown>>) => Scope)
  }
}

export default fp<{ db: Database }>(async function auth (app, { db }) {
  reserveClient(app)
  app.addHook('onRoute', route => {
    if (route.config?.scope === undefined && route.method !== 'HEAD') throw new Error(`route ${route.url} names no scope`)
  })
  // Before the body is read: a stranger costs one lookup and no parsing.
  app.addHook('onRequest', async request => {
    request.client = await authenticate(db, request)
  })
}, { name: 'auth', fastify: '5.x' })

/** Declares `request.client`. Null until the caller is authenticated; its type has no null because handlers run after that. */
export function reserveClient (app: FastifyInstance): void {
  app.decorateRequest('client', null as unknown as Client)
}

async function authenticate (db: Database, request: FastifyRequest): Promise<Client> {
  const client = await clientOf(db, bearerKey(request))
  const { scope } = request.routeOptions.config
  await admit(db, client, typeof scope === 'function' ? scope(request.query as Readonly<Record<string, unknown>>) : scope)
  return client
}

export function bearerKey ({ headers }: FastifyRequest): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.authorization ?? '')?.[1]
}

export async function clientOf (db: Database, key: string | undefined): Promise<Client> {
  const client = key === undefined ? undefined : await findClient(db, key)
  if (client === undefined) throw unauthorized()
  return client
}

/** Lets a client do what needs the scope, and writes down that its key was used. */
export async function admit (db: Database, client: Client, scope: Scope | undefined): Promise<void> {
  if (scope === undefined || !client.scopes.includes(scope)) throw forbidden(String(scope))
  if (client.stale) await touchKey(db, client.keyId)
}

export function unauthorized (): Problem {
  const problem = simple(401, 'unauthorized', {
    title: ['Chưa xác thực', 'Not authenticated'],
    detail: ['Gửi khóa còn hiệu lực: Authorization: Bearer <khóa>.', 'Send a live key: Authorization: Bearer <key>.']
  })
  return new Problem({ ...problem.options, headers: { 'www-authenticate': 'Bearer' } })
}

function forbidden (scope: string): Problem {
  return simple(403, 'scope-missing', {
    title: ['Khóa không có quyền này', 'The key lacks this scope'],
    detail: [`Khóa cần quyền "${scope}". Nhờ người vận hành cấp khóa có quyền đó (lienthong keys create).`, `The key needs the scope "${scope}". Ask the operators for one that has it (lienthong keys create).`]
  })
}
