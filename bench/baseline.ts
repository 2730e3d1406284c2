// What intake is measured against: the same schema on a bare Fastify, with nothing stored.
import fastify from 'fastify'
import { createValidator } from '../src/dossier/validate.js'

const app = fastify()
const validator = createValidator()
app.post('/v1/dossiers', async (request, reply) => {
  const { errors } = validator.dossier(request.body)
  return reply.code(errors === undefined ? 202 : 422).send({ errors })
})
process.once('SIGTERM', () => { void app.close() })
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`${JSON.stringify({ listening: url })}\n`)
