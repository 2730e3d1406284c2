/** The adapter's settings in the shape its code wants. Their types were checked against the manifest before. */
import type { Settings } from '../../src/adapter-kit/contract/open.js'

export function textSetting (settings: Settings, name: string): string {
  const value = settings[name]
  return typeof value === 'string' ? value : ''
}

export function listSetting (settings: Settings, name: string): readonly string[] {
  const value = settings[name]
  return typeof value === 'object' ? value : []
}
