/** Addresses of the connector (contract §1.8). */
import type { Settings } from '../../src/adapter-kit/contract/open.js'

const SERVICES = 'connector/connector/v1'

/** `login`, `laydanhsachhoso`, `hoso/capnhatientrinh` … */
export function address (settings: Settings, service: string): URL {
  return new URL(`${String(settings['BASE_URL']).replace(/\/+$/, '')}/${SERVICES}/${service}`)
}
