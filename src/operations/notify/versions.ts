/** Which versions of an endpoint's secret are valid. Pure: the time is an argument. */
export interface SecretVersions {
  version: number
  previousVersion: number | null
  /** The first instant at which the previous one is valid no more. */
  previousUntil: Date | null
}

/** Newest first. */
export function validVersions ({ version, previousVersion, previousUntil }: SecretVersions, now: Date): number[] {
  const overlapping = previousVersion !== null && previousUntil !== null && now.getTime() < previousUntil.getTime()
  return overlapping ? [version, previousVersion] : [version]
}
