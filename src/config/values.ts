/** Every setting of the gateway itself, with its default and meaning. `.env.example` is checked against this list. */
import { FILE_TYPE_IDS } from './file-types.js'
import { parseNetworks } from '../base/addresses.js'
import { readRedisAddress } from './redis-address.js'

interface Setting {
  default?: string
  sensitive?: true
  integer?: readonly [minimum: number, maximum: number]
  oneOf?: readonly string[]
  pattern?: RegExp
  expected?: string
  /** What is wrong with a value, if anything; it must not quote it. */
  check?: (value: string) => string | undefined
  help: string
}

function networksProblem (value: string): string | undefined {
  const texts = value.split(',').map(text => text.trim()).filter(text => text !== '')
  return parseNetworks(texts) === undefined ? 'must be addresses or networks like 10.1.2.3,10.9.0.0/16' : undefined
}

function redisProblem (value: string): string | undefined {
  const read = readRedisAddress(value)
  return 'problem' in read ? read.problem : undefined
}

function typesProblem (value: string): string | undefined {
  const known: readonly string[] = FILE_TYPE_IDS
  const types = value.split(',').map(item => item.trim())
  return types.every(type => known.includes(type)) ? undefined : `must be a list of ${known.join(', ')}, separated by commas`
}

export type SettingName = keyof typeof SETTINGS

export const SETTINGS = {
  HOST: { default: '127.0.0.1', help: 'Address to listen on; 0.0.0.0 in a container.' },
  PORT: { default: '8080', integer: [0, 65535], help: 'Port of API, health and documentation.' },
  DATABASE_URL: {
    sensitive: true,
    pattern: /^postgres(ql)?:\/\//,
    expected: 'a postgresql:// address',
    help: 'PostgreSQL 15 or newer. Unset: a private server in DATA_DIR, for evaluation and small sites.'
  },
  REDIS_URL: {
    sensitive: true,
    check: redisProblem,
    help: 'Redis for the queue (production): redis://, redis+sentinel:// or redis+cluster://, with rediss for TLS. Unset: the queue lives in PostgreSQL.'
  },
  DATA_DIR: { default: './data', help: 'Where the private database server keeps its files.' },
  ADAPTERS: { default: '', help: 'Adapters to deliver to, separated by commas: national-portal, and provincial-portal for notifications to provincial systems.' },
  OUTBOUND: { default: 'on', oneOf: ['on', 'paused'], help: 'paused: accept and plan, send nothing (after a restore).' },
  LOG_LEVEL: { default: 'info', oneOf: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], help: 'Lowest level that is logged.' },
  BOOTSTRAP_API_KEY: {
    sensitive: true,
    pattern: /^[\x21-\x7e]{16,200}$/,
    expected: '16 to 200 printable characters without spaces',
    help: 'Key of a first client, id bootstrap, with every scope, for scripts. Unset: that client has no key.'
  },
  MIGRATE_ON_START: { default: 'no', oneOf: ['yes', 'no'], help: 'yes: apply pending migrations at start. The private server always does.' },
  QUEUE_PREFIX: { default: 'lienthong', pattern: /^[a-z0-9][a-z0-9-]{0,40}$/, expected: 'lower-case letters, digits and hyphens', help: 'Prefix of the keys in Redis.' },
  DATABASE_CONNECTIONS: { default: '10', integer: [2, 200], help: 'Connections of the application pool, per process.' },
  LEASE_SECONDS: { default: '15', integer: [3, 600], help: 'How long a killed worker keeps its lanes from others.' },
  SWEEP_SECONDS: { default: '5', integer: [1, 300], help: 'How often due lanes that nobody rang are looked for.' },
  GRACE_SECONDS: { default: '20', integer: [1, 600], help: 'How long a stop waits for running calls.' },
  HELD_ASK_SECONDS: { default: '60', integer: [1, 86400], help: 'How often a partner that can be asked is asked about held deliveries.' },
  READY_GRACE_SECONDS: { default: '3', integer: [0, 600], help: 'How long a store must fail to answer until /readyz is red.' },
  DISK_FREE_MIN_MB: { default: '512', integer: [0, 10_000_000], help: 'Free space on the disk of the private database, and on that of the files, under which pushes and uploads are answered 503.' },
  DATABASE_MAX_GB: { default: '', pattern: /^(\d{1,6}(\.\d{1,3})?)?$/, expected: 'a number of gigabytes like 200 or 0.5', help: 'Size of the database; pushes are answered 503 from 95 % of it. Empty: no limit.' },
  NEAR_DUE_HOURS: { default: '24', integer: [1, 8760], help: 'A finished dossier that falls due within so many hours and is not at the partner is an alert.' },
  REDRIVE_CONFIRM_ABOVE: { default: '5000', integer: [0, 10_000_000], help: 'A redrive of more deliveries has to name their number (confirmCount).' },
  IMPORT_MAX_MB: { default: '2048', integer: [1, 1_000_000], help: 'Most megabytes of a bulk intake, or of any compressed import, after decompression.' },
  RECONCILE_AT: { default: '', pattern: /^(([01]\d|2[0-3]):[0-5]\d)?$/, expected: 'a time like 02:30', help: 'Time in +07:00 of the nightly comparison with every partner. Empty: none.' },
  RECONCILE_DAYS: { default: '7', integer: [1, 3660], help: 'The nightly comparison takes dossiers that changed within so many days.' },
  RECONCILE_PER_MINUTE: { default: '120', integer: [1, 60000], help: 'Questions that a comparison asks a partner, per minute.' },
  CATALOGUE_HOURS: { default: '24', integer: [0, 8760], help: 'How often the partners\' lists are copied; 0: never by itself.' },
  CATALOGUE_DETAILS: { default: '200', integer: [0, 10000], help: 'Most procedures in use whose details one pull asks for, a call each.' },
  PUBLIC_URL: { default: '', pattern: /^(https?:\/\/[^\s?#@]+[^\s?#@/])?$/, expected: 'an http:// or https:// address without a slash at the end, a query or an account', help: 'Address under which the national side reaches this gateway; links to uploaded files begin with it.' },
  FILES_DIR: { default: '', help: 'Folder of the uploaded files, shared by all processes. Empty: files in DATA_DIR.' },
  FILES_MAX_MB: { default: '50', integer: [1, 2048], help: 'Largest file that may be uploaded.' },
  FILES_TYPES: { default: 'pdf,jpg,png,tiff,docx,xlsx,odt', check: typesProblem, help: 'Types of files that may be uploaded.' },
  FILES_UNREFERENCED_HOURS: { default: '72', integer: [1, 8760], help: 'An uploaded file that no dossier refers to is removed after so many hours.' },
  FILES_LINK_DAYS: { default: '30', integer: [1, 3650], help: 'How long the national side can fetch a file under a link.' },
  FILES_SIGNING_KEY: {
    sensitive: true,
    pattern: /^[\x21-\x2b\x2d-\x7e]{32,200}(,[\x21-\x2b\x2d-\x7e]{32,200}){0,4}$/,
    expected: 'one to five keys of 32 to 200 printable characters without spaces, separated by commas',
    help: 'Keys that sign links to files: the first one signs, all are taken.'
  },
  TRUST_PROXY: { default: '', check: networksProblem, help: 'Reverse proxies whose X-Forwarded-For is believed, as addresses or networks. Empty: nobody\'s.' },
  CLIENT_SUBJECT_HEADER: { default: '', pattern: /^([a-z][a-z0-9-]{0,60})?$/, expected: 'the name of a header in lower case', help: 'Header in which a proxy of TRUST_PROXY names the subject of a client certificate that it has verified. Empty: none.' },
  BODY_LIMIT_BYTES: { default: '1048576', integer: [1024, 104857600], help: 'Largest request body.' }
} as const satisfies Record<string, Setting>
