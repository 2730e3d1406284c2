/** What the SOAP service can do. The schemas of its messages are the canonical ones; the WSDL is written from the same table. */
import { raise } from '../../model/findings.js'
import type { XmlElement } from '../../model/xml.js'
import type { XmlNode } from '../../model/xml-write.js'
import type { Scope } from '../../db/keys.js'
import { asItem, invalidDocument } from '../../dossier/problems.js'
import { SCHEMA_KINDS } from '../../dossier/schema-kinds.js'
import { canonicalSchema } from '../../dossier/schemas.js'
import { DOSSIER_NAMESPACE, readXmlForm, writeXmlForm, type FormSchema } from '../../dossier/xml-form.js'
import type { ProblemItem } from '../../base/problem.js'
import { dossierState } from '../dossiers/state.js'
import { checkedKey } from '../requests/idempotency-key.js'
import { pushDossier, pushProgress, type PushAnswer, type Pushed, type Pushing } from '../dossiers/push.js'

export interface Operation {
  scope: Scope
  /** Stores what is sent: closed while there is no room. */
  intake: boolean
  request: FormSchema
  response: FormSchema
  run: (pushing: Pushing, call: Call) => Promise<unknown>
}

export interface SoapCaller {
  clientId: string
  /** Of the HTTP header; the element is taken where it is absent. */
  key: string | undefined
}

interface Call extends SoapCaller {
  parameters: Readonly<Record<string, unknown>>
  faults: readonly ProblemItem[]
}

const TEXT = { type: 'string' }
const KEY = { ...TEXT, 'x-vi': 'khóa chống gửi trùng (Idempotency-Key)' }
const CODE = { ...TEXT, 'x-vi': 'mã hồ sơ' }
const PUSHED = message({ receipt: canonicalSchema('receipt'), replayed: { type: 'boolean', 'x-vi': 'đã trả lời trước đó cho cùng khóa' } })

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  PushDossier: {
    scope: 'dossiers:write',
    intake: true,
    request: message({ dossier: canonicalSchema('dossier') }, { idempotencyKey: KEY }),
    response: PUSHED,
    run: async (pushing, call) => pushAnswer(await pushDossier(pushing, pushedBy('PushDossier', 'dossier', call)))
  },
  PushProgress: {
    scope: 'dossiers:write',
    intake: true,
    request: message({ code: CODE, progress: canonicalSchema('progress') }, { idempotencyKey: KEY }),
    response: PUSHED,
    run: async (pushing, call) => {
      const code = String(call.parameters['code'])
      return pushAnswer(await pushProgress(pushing, code, pushedBy(`PushProgress ${code}`, 'progress', call)))
    }
  },
  GetDossier: {
    scope: 'dossiers:read',
    intake: false,
    request: message({ code: CODE }),
    response: message({ dossierState: canonicalSchema('dossier-state') }),
    run: async ({ services }, { parameters, clientId }) => ({ dossierState: await dossierState(services, String(parameters['code']), clientId) })
  }
}

/** The members in the order in which the WSDL names them: what may be left out first. */
function message (required: Record<string, FormSchema>, optional: Record<string, FormSchema> = {}): FormSchema {
  return { type: 'object', required: Object.keys(required), properties: { ...optional, ...required } }
}

export async function runOperation (pushing: Pushing, element: XmlElement, caller: SoapCaller): Promise<XmlNode> {
  const { name } = element
  const operation = OPERATIONS[name]
  if (operation === undefined) throw new Error(`no operation ${name}`)
  const answer = await operation.run(pushing, { ...caller, ...readParameters(element, operation.request) })
  return { ...writeXmlForm(answer, `${name}Response`, operation.response), attributes: { xmlns: DOSSIER_NAMESPACE } }
}

/** A missing or unknown parameter refuses at once; what is wrong inside a document is told with its schema's findings. */
function readParameters (element: XmlElement, schema: FormSchema): Pick<Call, 'parameters' | 'faults'> {
  const { value, faults } = readXmlForm(element, schema)
  const parameters = value as Record<string, unknown>
  const known = schema['properties'] as Record<string, FormSchema>
  const missing = (schema['required'] as string[]).filter(name => !Object.hasOwn(parameters, name))
  const unknown = Object.keys(parameters).filter(name => !Object.hasOwn(known, name)).map(name => name.slice(0, 80))
  const errors = [
    ...missing.map(member => asItem(raise(SCHEMA_KINDS.missing, [member], { member }))),
    ...unknown.map(member => asItem(raise(SCHEMA_KINDS.unknown, [member], { member })))
  ]
  if (errors.length > 0) throw invalidDocument([...faults, ...errors])
  return { parameters, faults }
}

/** Pointers go into the document, as in every other form. */
function pushedBy (route: string, member: 'dossier' | 'progress', { parameters, faults, clientId, key: header }: Call): Pushed {
  const element = parameters['idempotencyKey']
  const key = header ?? (element === undefined || element === null ? undefined : checkedKey(element))
  return {
    document: parameters[member],
    faults: faults.map(fault => ({ ...fault, pointer: fault.pointer.replace(new RegExp(`^/${member}(?=/|$)`), '') })),
    clientId,
    scope: key === undefined ? undefined : { route: `SOAP ${route}`, key }
  }
}

function pushAnswer ({ receipt, replayed }: PushAnswer): Record<string, unknown> {
  return { receipt, replayed }
}
