/**
 * Codes of agencies and dossiers in their two notations (contracts: national-portal §5, standards §1.2, §5.1).
 * Codes are opaque, case-sensitive text: these functions recognise and convert, they never repair.
 */
const FULL_AGENCY = /^(\d{3})\.(\d{2})\.(\d{2})\.([A-Z]\d{2})$/
const SHORT_AGENCY = /^[A-Z]\d{2}(\.[0-9A-Z]{1,4})*$/
const DOSSIER_BY_FULL_AGENCY = /^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}-\d{6}-\d{4,}$/
const DOSSIER_BY_SHORT_AGENCY = /^[A-Z]\d{2}(\.[0-9A-Z]{1,4})*-\d{8}-\d{5,}$/

/** Segments from the top body downwards, `['H51', '29', '18']` for both `000.18.29.H51` and `H51.29.18`. */
export function agencySegments (code: string): string[] | undefined {
  const full = FULL_AGENCY.exec(code)
  if (full !== null) {
    const below = [full[3], full[2], full[1]].map(String)
    while (below.length > 0 && /^0+$/.test(String(below.at(-1)))) below.pop()
    return [String(full[4]), ...below]
  }
  return SHORT_AGENCY.test(code) ? code.split('.') : undefined
}

/** `000.18.29.H51` → `H51.29.18`. */
export function toShortAgency (code: string): string | undefined {
  return agencySegments(code)?.join('.')
}

export type DossierNotation = 'full' | 'short' | 'other'

/** Which notation a dossier code is in; `other` for codes that came from elsewhere (VNeID, ministries). */
export function dossierNotation (code: string): DossierNotation {
  if (DOSSIER_BY_FULL_AGENCY.test(code)) return 'full'
  return DOSSIER_BY_SHORT_AGENCY.test(code) ? 'short' : 'other'
}

/** The agency part of a dossier code in a known notation. */
export function agencyOfDossier (code: string): string | undefined {
  return dossierNotation(code) === 'other' ? undefined : code.slice(0, code.indexOf('-'))
}
