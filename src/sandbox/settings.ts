/**
 * What the stand-in leaves open because no source settles it (contract §8): each is a switch, changed over
 * `POST /control/settings` and put back by `POST /control/reset`.
 */
export interface SandboxAccount {
  username: string
  password: string
}

/** `contract` follows the examples of contract §7: text for writes, a number for login and reads. */
export type CodeStyle = 'contract' | 'number' | 'string' | 'double-zero'

export interface SandboxSettings {
  accounts: readonly SandboxAccount[]
  /** The real lifetime is unknown (contract §1.3); ten minutes is what clients assume. */
  sessionSeconds: number
  /** A session expires after this many calls; 0 means that only time ends it. */
  sessionCalls: number
  errorCodes: CodeStyle
  successMessage: string
  /** Generation B fields marked mandatory in contract §2.1: clients of generation A leave them out (§2.1.9). */
  generationB: 'optional' | 'required'
  unknownFields: 'refuse' | 'ignore'
  /** What generation B's callers must bear; "" asks for none. Both are seen (contract §1.1). */
  wrapperToken: string
  /** `known` takes only the two notations of contract §5. */
  dossierCodes: 'any' | 'known'
}

const DEFAULT_SETTINGS: SandboxSettings = {
  accounts: [{ username: '000.00.00.H15', password: 'sandbox' }],
  sessionSeconds: 600,
  sessionCalls: 0,
  errorCodes: 'contract',
  successMessage: 'Đồng bộ thành công',
  generationB: 'optional',
  unknownFields: 'refuse',
  wrapperToken: '',
  dossierCodes: 'any'
}

export interface SettingsHolder {
  current: () => SandboxSettings
  change: (part: Partial<SandboxSettings>) => SandboxSettings
  reset: () => void
}

export function createSettings (start: Partial<SandboxSettings> = {}): SettingsHolder {
  const first = { ...DEFAULT_SETTINGS, ...start }
  let settings = first
  return {
    current: () => settings,
    change (part) {
      settings = { ...settings, ...part }
      return settings
    },
    reset () {
      settings = first
    }
  }
}

/** Settings as the control API shows them: no passwords, and of the token only whether there is one. */
export function shownSettings (settings: SandboxSettings): Record<string, unknown> {
  return {
    ...settings,
    accounts: settings.accounts.map(account => ({ username: account.username })),
    wrapperToken: settings.wrapperToken === '' ? '' : '…'
  }
}
