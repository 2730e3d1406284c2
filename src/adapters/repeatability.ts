/** May an unanswered call of an operation be sent again? The manifest says, or the setting it names. */
import type { Manifest } from '../adapter-kit/manifest.js'
import type { Settings } from '../adapter-kit/contract/open.js'

export function repeatability (adapter: { manifest: Manifest, settings: Settings }, operation: string): Repeatability {
  const safe = adapter.manifest.deliver?.calls[operation]?.safeToRepeat
  if (typeof safe === 'string') return adapter.settings[safe] === 'repeat' ? 'allowed' : 'hold'
  return safe === true ? 'harmless' : 'hold'
}

/** May an unanswered call be sent again? `setting-repeat` is a call that is not harmless to repeat but allowed to be. */
export type Repeatability = 'harmless' | 'allowed' | 'hold'
