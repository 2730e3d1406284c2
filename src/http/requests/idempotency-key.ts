/** The `Idempotency-Key` header. */
import type { FastifyRequest } from 'fastify'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'

export function idempotencyKey (request: FastifyRequest): string | undefined {
  const value = request.headers['idempotency-key']
  return value === undefined ? undefined : checkedKey(value)
}

export function checkedKey (value: unknown): string {
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(value)) throw badKey()
  return value
}

function badKey (): Problem {
  return simple(400, 'idempotency-key-invalid', {
    title: ['Idempotency-Key không hợp lệ', 'The Idempotency-Key is not valid'],
    detail: ['Khóa gồm 1 đến 255 ký tự in được, không dấu, không khoảng trắng; nên dùng UUID.', 'The key has 1 to 255 printable ASCII characters without spaces; a UUID is a good one.']
  })
}
