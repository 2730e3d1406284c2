/** Something to say about a dossier, found by validation or by a mapping. */
import type { BilingualText } from './bilingual.js'

export type Severity = 'error' | 'warning' | 'scoring'

export interface Finding {
  /** `error` stops; `warning` informs; `scoring` costs the province points in the service-quality index. */
  severity: Severity
  /** Stable, kebab case. */
  code: string
  /** JSON pointer into the pushed document. */
  pointer: string
  /** The adapter whose partner would not take it; absent when the document itself is meant. */
  adapter?: string
  /** What is wrong, in Vietnamese. */
  message: string
  messageEn: string
  /** What to do, in Vietnamese. */
  cure?: string
  cureEn?: string
  /** The row of a code table that is not there, with `code-unmapped`; `code` is the local one. */
  missing?: { table: string, code: string }
}

/** A kind of finding: declared once, raised from the declaration and documented from it (docs/findings.md). */
export interface FindingKind {
  severity: Severity
  /** Stable, kebab case: provinces program against it. */
  code: string
  /** What is wrong. `{name}` is filled in when it is raised, with lengths, limits and names of members alone. */
  message: BilingualText
  cure: BilingualText
  /** The clause of the contract or law behind it; empty for a rule of the gateway's own. */
  clause: string
}

export type Path = ReadonlyArray<string | number>

/** Never a value of the dossier: findings are shown, logged by senders and kept as evidence of a failure. */
export type FindingValues = Readonly<Record<string, string | number | BilingualText>>

/** The finding of a kind at a place of the pushed document. */
export function raise (kind: FindingKind, path: Path, values: FindingValues = {}): Finding {
  const { severity, code, message, cure } = kind
  return {
    severity,
    code,
    pointer: pointer(...path),
    message: fill(message, 'vi', values),
    messageEn: fill(message, 'en', values),
    cure: fill(cure, 'vi', values),
    cureEn: fill(cure, 'en', values)
  }
}

function fill (text: BilingualText, language: keyof BilingualText, values: FindingValues): string {
  return text[language].replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name] ?? placeholder
    return typeof value === 'object' ? value[language] : String(value)
  })
}

/** JSON pointer of a path (RFC 6901 §3: `~` and `/` are escaped). */
export function pointer (...path: Path): string {
  return path.map(part => '/' + String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('')
}

export function hasErrors (findings: readonly Finding[]): boolean {
  return findings.some(finding => finding.severity === 'error')
}
