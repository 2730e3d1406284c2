/**
 * A call of generation B, read into the same `Call` as one of generation A: the address names the service, its query
 * carries what was the envelope, and the body is the bare `data` (contract §1.4, §1.7).
 */
import { parseJson } from '../model/json.js'
import { dossierCodes, text } from './call.js'
import type { Call } from './call.js'

export interface RawWrapperCall {
  /** The last part of the path. */
  address: string
  query: Readonly<Record<string, unknown>>
  body: Buffer
  authorization: string | undefined
}

interface Meaning {
  service: string
  isUpdating?: 'True' | 'False'
}

/** A client with three configured addresses (contract §1.4): what those are called there is not public, so these are *inferred*. */
const THREE_ADDRESSES: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['ThemMoiHoSo', { service: 'DongBoHoSoMC', isUpdating: 'False' }],
  ['CapNhatHoSo', { service: 'DongBoHoSoMC', isUpdating: 'True' }],
  ['DongBoTienTrinh', { service: 'CapNhatTienDoHoSoMC' }]
])

/** What the wrapper adds itself, as no client of generation B sends it. */
const ADDED: Readonly<Record<string, Record<string, string>>> = {
  TraCuuTechID: { provider: 'wso2is' },
  DongBoTrangThaiHoSo: { type: '2' },
  DongBoTrangThaiHoSoKM: { type: '2' }
}

export function readWrapperCall ({ address, query, body, authorization }: RawWrapperCall): Call {
  const { service, isUpdating = text(query['isUpdating']) }: Meaning | { service: string, isUpdating?: string | undefined } =
    THREE_ADDRESSES.get(address) ?? { service: address }
  const data = parseJson(body.toString('utf8'))
  const envelope = { ...ADDED[service], ...query, madonvi: query['MaDinhDanhDV'], service, isUpdating, data }
  return {
    path: 'wrapper',
    envelope,
    body,
    dstcode: undefined,
    service,
    isUpdating,
    session: undefined,
    token: /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1],
    codes: dossierCodes(envelope)
  }
}
