/** The code tables of an adapter, as its mapping reads them. */

/**
 * What a code table of the manifest says about our word or the province's code on the dossier's day of reception.
 * Undefined is an `error` finding of the code `code-unmapped` that names the row; no table has a default.
 */
export type FindCode = (table: string, local: string) => CodeEntry | undefined

export interface CodeEntry {
  /** The partner's code. */
  code: string
  /** The partner's own name for it, where the row has one. */
  name?: string
  /** The local code that took over, where the one that was asked for had ended by then. */
  successor?: string
}

/** `codes.json`: table → our word → the partner's code. A province's rows go before them. */
export type CodeSeeds = Readonly<Record<string, Readonly<Record<string, string>>>>
