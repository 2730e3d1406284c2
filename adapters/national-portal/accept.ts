/**
 * Provincial systems that speak to the portal today, and to us with another base URL (docs/drop-in.md): generation A's
 * login and envelope, generation B's address for each service (contract §1.1, §1.3, §1.4, §1.7).
 */
import type { AcceptedKind, AcceptOperation, AcceptRoute } from '../../src/adapter-kit/contract/accept.js'
import { answer } from './accept/answers.js'
import { ACCEPT_KINDS } from './accept/kinds.js'
import { nationalPlace, placesOf } from './accept/places.js'
import { read } from './accept/read.js'
import { DOSSIER, STEP } from './accept/shapes.js'
import { textSetting, wholeSetting } from './settings.js'
import type { Settings } from '../../src/adapter-kit/contract/open.js'

/** The names of both bus adapters are tolerated: a client may keep the path behind its base URL (§1.1). */
const BASES_A = ['/national-portal', '/XrdAdapter/RestService/forward', '/VXPAdapter/RestService/forward']

/** `mapi/g` is *brief*, not confirmed (§1.1). */
const ROUTES_A: readonly AcceptRoute[] = BASES_A.flatMap((base): AcceptRoute[] => [
  { method: 'POST', path: `${base}/mapi/login`, form: 'login', caller: 'message' },
  { method: 'POST', path: `${base}/mapi/g`, form: 'a', caller: 'message' }
])

/** Which method the reads of a wrapper want is not known (§1.7, *inferred*: either). */
const ROUTES_B: readonly AcceptRoute[] = (['GET', 'POST'] as const).map(method =>
  ({ method, path: '/national-portal/:service', form: 'b', caller: 'header' }))

const OFFERED: Readonly<Record<string, readonly AcceptRoute[]>> = { a: ROUTES_A, b: ROUTES_B, both: [...ROUTES_A, ...ROUTES_B] }

const PLACES = { dossier: placesOf(DOSSIER), step: placesOf(STEP) }

export const accept: AcceptOperation = {
  routes: (settings: Settings) => OFFERED[textSetting(settings, 'ACCEPT')] ?? [],
  sessionSeconds: settings => wholeSetting(settings, 'ACCEPT_SESSION_MINUTES') * 60,
  read,
  answer,
  placeOf: (kind: AcceptedKind, pointer: string) => nationalPlace(PLACES[kind], pointer),
  findings: Object.values(ACCEPT_KINDS)
}
