/** The network part of an adapter's settings: certificates are tried before the start, so that a wrong one stops the boot. */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { Network } from '../adapter-kit/network.js'

/** Settings that every adapter has. Certificates come from files: `ADAPTER_<ID>_CA_FILE=/etc/lienthong/ca.pem`. */
export const NETWORK_SETTINGS = {
  CA: { type: 'pem' },
  CLIENT_CERT: { type: 'pem' },
  CLIENT_KEY: { type: 'pem', sensitive: true },
  CLIENT_KEY_PASSPHRASE: { type: 'string', sensitive: true },
  PROXY_URL: { type: 'proxy', sensitive: true },
  SOURCE_ADDRESS: { type: 'address' },
  FOLLOW_REDIRECTS: { type: 'redirects' }
} as const

export type NetworkSettingName = keyof typeof NETWORK_SETTINGS

/** What a setting's text is, or undefined where it is none. */
export const NETWORK_PARSERS = {
  pem: (text: string) => /^-----BEGIN [A-Z ]+-----/.test(text) ? text : undefined,
  proxy: (text: string) => URL.canParse(text) && /^(https?|socks5):\/\//.test(text) ? text : undefined,
  address: (text: string) => isIP(text) === 0 ? undefined : text,
  redirects: (text: string) => text === 'none' || text === 'same-origin' ? text : undefined
}

export const NETWORK_EXPECTATIONS = {
  pem: 'a certificate or key in PEM (put it into a file and name that with …_FILE)',
  proxy: 'an address like http://user:password@10.0.0.9:3128 (http, https or socks5)',
  address: 'an IP address of this machine',
  redirects: 'none or same-origin'
}

/** Reads all of them, and tries what belongs together; problems name the variable and never repeat a value. */
export function readNetwork (prefix: string, read: (key: NetworkSettingName) => string | undefined, problems: string[]): Network {
  const [ca, clientCert, clientKey] = [read('CA'), read('CLIENT_CERT'), read('CLIENT_KEY')]
  const [clientKeyPassphrase, proxyUrl, sourceAddress] = [read('CLIENT_KEY_PASSPHRASE'), read('PROXY_URL'), read('SOURCE_ADDRESS')]
  if (ca !== undefined) attempt(`${prefix}CA`, () => { certificatesOf(ca) }, problems)
  if (clientCert !== undefined && clientKey !== undefined) attempt(`${prefix}CLIENT_KEY`, () => { createSecureContext({ cert: clientCert, key: clientKey, passphrase: clientKeyPassphrase }) }, problems)
  else if (clientCert !== undefined) problems.push(`${prefix}CLIENT_KEY: missing; ${prefix}CLIENT_CERT needs its key`)
  else if (clientKey !== undefined) problems.push(`${prefix}CLIENT_CERT: missing; ${prefix}CLIENT_KEY needs its certificate`)
  const followRedirects = read('FOLLOW_REDIRECTS') === 'same-origin' ? 'same-origin' : undefined
  return Object.fromEntries(Object.entries({ ca, clientCert, clientKey, clientKeyPassphrase, proxyUrl, sourceAddress, followRedirects })
    .filter(([, value]) => value !== undefined))
}

/** A secure context takes an authority that is none without a word, and then trusts nobody. */
function certificatesOf (pem: string): X509Certificate[] {
  return pem.split(/(?=-----BEGIN )/).map(block => new X509Certificate(block))
}

function attempt (variable: string, use: () => void, problems: string[]): void {
  try {
    use()
  } catch (error) {
    // OpenSSL's reason, such as "key values mismatch" or "bad decrypt"; it quotes nothing of the file.
    problems.push(`${variable}: cannot be used (${String((error as { reason?: unknown }).reason ?? (error as Error).name)})`)
  }
}
