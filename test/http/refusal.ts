// What every refusal must be: a problem document in two languages that shows nothing of our inside, and nothing stored.
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import type { Test } from 'tap'
import type { Services } from '../../src/process/services.js'
import type { TestGateway } from '../support/gateway.js'

export interface ProblemBody {
  type: string
  title: string
  titleEn: string
  status: number
  code: string
  detail: string
  detailEn: string
  errors: Array<{ pointer: string, code: string, message: string, messageEn: string }>
  correlationId: string
}

export interface Refusal {
  status: number
  code: string | RegExp
  /** What a program needs of this problem beside the text. */
  members?: readonly string[]
}

const MEMBERS = ['type', 'title', 'titleEn', 'status', 'code', 'detail', 'detailEn', 'errors', 'correlationId']
const VIETNAMESE = /[ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]/i
const INSIDE = /\\n\s*at |node_modules|\.[jt]s:\d+|insert into|select .+ from|update .+ set|kysely|syntax error|[a-z]+_[a-z]+ violates/i

export function checkProblem (t: Test, response: LightMyRequestResponse, { status, code, members = [] }: Refusal): ProblemBody {
  t.equal(response.statusCode, status, `${status} ${response.body.slice(0, 300)}`)
  t.match(response.headers['content-type'], /^application\/problem\+json\b/)
  const problem = parsed(response.body)
  t.strictSame(Object.keys(problem), [...MEMBERS, ...members])
  t.match(problem, { type: `urn:lienthong:problem:${problem.code}`, status, code, detailEn: /\S/ })
  for (const text of [problem.title, problem.detail]) t.match(text, VIETNAMESE, 'Vietnamese first')
  for (const item of problem.errors) t.match(item, { pointer: /^(\/|$)/, code: /^[a-z-]+$/, message: VIETNAMESE, messageEn: /\S/ })
  t.equal(problem.correlationId, response.headers['x-correlation-id'])
  t.notMatch(response.body, INSIDE)
  return problem
}

/** An answer that is no problem document has failed above: it is read as one without errors. */
function parsed (body: string): ProblemBody {
  try {
    const problem = JSON.parse(body) as ProblemBody
    return { ...problem, errors: problem.errors ?? [] }
  } catch {
    return { errors: [] as unknown[] } as ProblemBody
  }
}

export type CheckRefused = (t: Test, request: InjectOptions, refusal: Refusal) => Promise<ProblemBody>

/** Makes a request to the gateway, and looks that what is stored is what was stored before. */
export function refusalsOf (gateway: TestGateway): CheckRefused {
  return async (t, request, refusal) => {
    const before = await storedRows(gateway.services)
    const problem = checkProblem(t, await gateway.call(request), refusal)
    t.strictSame(await storedRows(gateway.services), before, 'nothing was stored')
    return problem
  }
}

/** How much intake has stored. What was read is audited too, and is not counted. */
export async function storedRows ({ db }: Pick<Services, 'db'>): Promise<Record<string, number>> {
  const { rows: [counts = {}] } = await sql<Record<string, number>>`
    select (select count(*)::int from dossiers) as dossiers, (select count(*)::int from revisions) as revisions,
           (select count(*)::int from progress_steps) as steps, (select count(*)::int from deliveries) as deliveries,
           (select count(*)::int from idempotency_keys) as keys,
           (select count(*)::int from audit_entries where action not like '%viewed') as audit`.execute(db)
  return counts
}

/** A push of raw bytes as JSON, or as another content type. */
export function rawPush (payload: string | Buffer | NodeJS.ReadableStream, headers: Record<string, string> = {}): InjectOptions {
  return { method: 'POST', url: '/v1/dossiers', headers: { 'content-type': 'application/json', ...headers }, payload }
}

/** A push as JSON text, with a piece of the text replaced by what no object can hold. */
export function rewrittenPush (document: unknown, from: string, to: string): InjectOptions {
  return rawPush(JSON.stringify(document).replace(from, () => to))
}
