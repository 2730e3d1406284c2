/**
 * The catalogue's rows as a developer changed them: `PUT /control/catalogue/{list}/{code}` with `{"name"}` adds or renames
 * (lists: procedures, agencies, fields, decisions), `DELETE` removes, `POST /control/reset` brings the invented ones back.
 */
import type { FastifyInstance } from 'fastify'
import { AGENCIES, DECISION, FIELDS, PROCEDURES, type Procedure } from './catalogue.js'

export type Agency = typeof AGENCIES[number]
export type Field = typeof FIELDS[number]
export type ListDecision = typeof DECISION

const LISTS = ['procedures', 'agencies', 'fields', 'decisions'] as const
export type ShelfList = typeof LISTS[number]

export interface Shelf {
  procedures: () => readonly Procedure[]
  agencies: () => readonly Agency[]
  fields: () => readonly Field[]
  decisions: () => readonly ListDecision[]
  put: (list: ShelfList, code: string, name: string) => void
  /** False: there was none. */
  remove: (list: ShelfList, code: string) => boolean
  reset: () => void
}

export function createShelf (): Shelf {
  const held = {
    procedures: new Map<string, Procedure>(),
    agencies: new Map<string, Agency>(),
    fields: new Map<string, Field>(),
    decisions: new Map<string, ListDecision>()
  }
  const put: Readonly<Record<ShelfList, (code: string, name: string) => void>> = {
    procedures: (code, name) => {
      held.procedures.set(code, { service: name, field: FIELDS[0]?.MALINHVUC ?? '', days: '5', fee: '0', ...held.procedures.get(code), code, name })
    },
    agencies: (code, name) => { held.agencies.set(code, { CAPDONVI: '1', ...held.agencies.get(code), MADONVI: code, TENDONVI: name }) },
    fields: (code, name) => { held.fields.set(code, { MANGANH: code.slice(0, 3), ...held.fields.get(code), MALINHVUC: code, TENLINHVUC: name }) },
    decisions: (code, name) => { held.decisions.set(code, { ...DECISION, ...held.decisions.get(code), ID: code, TENQUYETDINH: name }) }
  }
  const reset = (): void => {
    for (const list of LISTS) held[list].clear()
    for (const one of PROCEDURES) held.procedures.set(one.code, one)
    for (const one of AGENCIES) held.agencies.set(one.MADONVI, one)
    for (const one of FIELDS) held.fields.set(one.MALINHVUC, one)
    held.decisions.set(DECISION.ID, DECISION)
  }
  reset()
  return {
    procedures: () => [...held.procedures.values()],
    agencies: () => [...held.agencies.values()],
    fields: () => [...held.fields.values()],
    decisions: () => [...held.decisions.values()],
    put: (list, code, name) => { put[list](code, name) },
    remove: (list, code) => held[list].delete(code),
    reset
  }
}

interface Row { Params: { list: ShelfList, code: string }, Body: { name: string } }

const PARAMS = { type: 'object', properties: { list: { enum: LISTS } } }
const BODY = { type: 'object', required: ['name'], additionalProperties: false, properties: { name: { type: 'string', minLength: 1, maxLength: 1000 } } }

export async function catalogueControl (app: FastifyInstance, { shelf }: { shelf: Shelf }): Promise<void> {
  app.get('/catalogue', () => Object.fromEntries(LISTS.map(list => [list, shelf[list]()])))
  app.put<Row>('/catalogue/:list/:code', { schema: { params: PARAMS, body: BODY } }, ({ params: { list, code }, body: { name } }) => {
    shelf.put(list, code, name)
    return { list, code, name }
  })
  app.delete<Row>('/catalogue/:list/:code', { schema: { params: PARAMS } }, ({ params: { list, code } }, reply) =>
    shelf.remove(list, code) ? { removed: code } : reply.code(404).send({ error: 'no such row' }))
}
