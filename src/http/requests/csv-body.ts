/** Bodies that are CSV: text of strict UTF-8, told from JSON by their content type alone. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { decodeUtf8 } from '../../model/text.js'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'

export function parseCsvBodies (app: FastifyInstance, bodyLimit: number): void {
  app.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit }, (_, body, done) => {
    const text = decodeUtf8(body as Buffer)
    if (text === undefined) done(notUtf8())
    else done(null, text)
  })
}

/** Undefined for JSON, which may be a bare string too. */
export function csvOf ({ body, headers }: FastifyRequest): string | undefined {
  return typeof body === 'string' && /^\s*text\/csv\b/i.test(headers['content-type'] ?? '') ? body : undefined
}

function notUtf8 (): Problem {
  return simple(400, 'malformed-csv', {
    title: ['CSV không đọc được', 'The CSV cannot be read'],
    detail: ['Tệp không phải UTF-8. Trong bảng tính, chọn "CSV UTF-8" khi lưu. Không có gì thay đổi.', 'The file is not UTF-8. Save it as "CSV UTF-8". Nothing was changed.']
  })
}
