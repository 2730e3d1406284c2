/** What the end of a delivery does to the later revisions of its lane (design §2.6). */
import type { Decision } from './retry.js'
import type { Manifest } from '../../adapter-kit/manifest.js'

/** Later revisions wait until somebody has redriven, resolved or cancelled this one. */
export function blocks ({ manifest }: { manifest: Manifest }, { state }: Pick<Decision, 'state'>): boolean {
  return manifest.deliver?.afterFailure === 'wait' && (state === 'refused' || state === 'failed')
}
