/** The adapter's settings in the shape its code wants, and what they say of an endpoint. Pure. */
import { permitsHost } from '../../src/adapter-kit/guard.js'
import { endpointSecret, type SecretOf } from '../../src/adapter-kit/webhook.js'
import type { UrlProblem } from '../../src/adapter-kit/contract/notify.js'
import type { Settings } from '../../src/adapter-kit/contract/open.js'

export function allowedNetworks ({ ALLOW_NETWORKS: networks }: Settings): readonly string[] {
  if (typeof networks === 'object') return networks
  throw new TypeError('setting ALLOW_NETWORKS is no list')
}

export function secret ({ SIGNING_KEY: key }: Settings, of: SecretOf): string {
  if (typeof key !== 'string') throw new TypeError('setting SIGNING_KEY is no text')
  return endpointSecret(key, of)
}

/** What a name resolves to is judged when it is connected to; here only what the address itself says. */
export function urlProblem (settings: Settings, text: string): UrlProblem | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return MALFORMED
  if (url.username !== '' || url.password !== '') return CREDENTIALS
  const allow = allowedNetworks(settings)
  if (url.protocol === 'http:' && allow.length === 0) return NO_TLS
  return permitsHost({ allow }, url) ? undefined : NOT_ALLOWED
}

const MALFORMED: UrlProblem = {
  code: 'url-malformed',
  message: { vi: 'Địa chỉ phải bắt đầu bằng https:// và có tên máy chủ.', en: 'The address must begin with https:// and name a server.' }
}
const CREDENTIALS: UrlProblem = {
  code: 'url-with-credentials',
  message: { vi: 'Không đặt tài khoản, mật khẩu trong địa chỉ: hãy kiểm tra chữ ký của thông báo.', en: 'No user or password in the address: verify the signature instead.' }
}
const NO_TLS: UrlProblem = {
  code: 'https-required',
  message: {
    vi: 'Cần https://. Chỉ mạng nội bộ được người vận hành cho phép (ALLOW_NETWORKS) mới dùng được http://.',
    en: 'https:// is needed. http:// is for internal networks that the operators allow (ALLOW_NETWORKS).'
  }
}
const NOT_ALLOWED: UrlProblem = {
  code: 'address-not-allowed',
  message: {
    vi: 'Địa chỉ thuộc mạng nội bộ hoặc dành riêng. Nhờ người vận hành thêm mạng đó vào ALLOW_NETWORKS.',
    en: 'The address is private or special. Have the operators add its network to ALLOW_NETWORKS.'
  }
}
