/** `/v1/imports`: how far a bulk intake came, for whoever sent it. */
import type { FastifyInstance } from 'fastify'
import { toHanoi } from '../../model/dates.js'
import { findBulkJob, rejectedLines, type StoredBulkJob } from '../../bulk/bulk-jobs.sql.js'
import { countsOf } from '../../bulk/intake-tally.js'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import type { Need } from '../needs.js'

interface Query {
  after: number
  limit: number
}

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    after: { type: 'integer', minimum: 0, default: 0, description: 'Chỉ các dòng bị từ chối sau dòng này. / Only rejected lines behind this one.' },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Số dòng bị từ chối. / How many rejected lines.' }
  }
}

const PARAMS = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', maxLength: 255, description: 'Idempotency-Key hoặc importId của lần nạp / the key of the import' } }
}

export async function bulkJobRoutes (app: FastifyInstance, { services: { db } }: { services: Need<'db'> }): Promise<void> {
  app.get<{ Params: { id: string }, Querystring: Query }>('/imports/:id', {
    config: { scope: 'dossiers:write' },
    schema: { summary: 'Tiến độ của một lần nạp / How far an import came', params: PARAMS, querystring: QUERY }
  }, async ({ client, params, query }) => {
    const key = { clientId: client.id, id: params.id }
    const found = await findBulkJob(db, key)
    if (found === undefined) throw noSuchBulkJob()
    const { id, begunAt, updatedAt, endedAt } = found
    const rejected = await rejectedLines(db, key, query)
    return {
      importId: id,
      state: stateOf(found),
      ...countsOf(found),
      begunAt: toHanoi(begunAt),
      updatedAt: toHanoi(updatedAt),
      endedAt: endedAt === null ? null : toHanoi(endedAt),
      rejectedLines: rejected,
      nextAfter: rejected.length === query.limit ? rejected.at(-1)?.line : null
    }
  })
}

function stateOf ({ endedAt, running }: StoredBulkJob): 'complete' | 'running' | 'resumable' {
  if (endedAt !== null) return 'complete'
  return running ? 'running' : 'resumable'
}

function noSuchBulkJob (): Problem {
  return simple(404, 'no-such-import', {
    title: ['Không có lần nạp này', 'No such import'],
    detail: ['Chưa có dòng nào được lưu dưới khóa này, hoặc khóa thuộc hệ thống khác. Gửi tệp với khóa đó ở POST /v1/dossiers/import.', 'No line was stored under this key, or it is another client\'s. Send the file with it to POST /v1/dossiers/import.']
  })
}
