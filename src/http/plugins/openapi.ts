/** The API's description at `/docs`, made from the routes' own schemas. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import { readFileSync } from 'node:fs'

export default fp(async function openapi (app) {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Liên Thông',
        description: 'Cổng tích hợp giữa hệ thống một cửa của tỉnh và các hệ thống quốc gia. / Gateway between a province\'s dossier systems and the national ones.',
        version: '1'
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }]
    }
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
}, { name: 'openapi', fastify: '5.x' })

/** Answers as the documentation shows them: the one that is meant, and the problem document for everything else. */
export function documentedAnswers (statuses: readonly number[], answer: 'receipt'): Record<string, unknown> {
  return {
    ...Object.fromEntries(statuses.map(status => [status, answerSchema(answer)])),
    '4xx': { content: { 'application/problem+json': { schema: answerSchema('problem') } } }
  }
}

/** An import's answer is streamed lines, or the one summary of a baseline. */
export function documentedBulkBody (): Record<string, unknown> {
  const lines = { schema: answerSchema('import-line') }
  const summary = { schema: { type: 'object', additionalProperties: true, description: 'mode=baseline (docs/api.md, 9)' } }
  return {
    ...documentedAnswers([], 'receipt'),
    200: { description: 'mode=intake: mỗi dòng một kết quả / a result a line', content: { 'application/x-ndjson': lines, 'application/json': summary } }
  }
}

function answerSchema (name: 'receipt' | 'problem' | 'import-line'): Record<string, unknown> {
  const { $id: _, $schema: __, ...schema } = JSON.parse(readFileSync(new URL(`../../../schemas/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>
  return schema
}
