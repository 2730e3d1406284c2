/** Nobody redrives thousands by a slip: above a limit the number that was counted has to be given. */
export interface Confirmation {
  /** REDRIVE_CONFIRM_ABOVE. */
  above: number
  /** The number somebody has seen and typed. */
  count?: number | undefined
}

/** A number that was given and is wrong is refused below the limit too: its giver expects something else. */
export function confirmationNeeded (matching: number, { above, count }: Confirmation): boolean {
  return count === undefined ? matching > above : count !== matching
}
