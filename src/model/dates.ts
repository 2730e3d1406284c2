/**
 * Times of the national systems. They carry no zone and mean the wall clock of Asia/Ho_Chi_Minh
 * (contracts: national-portal §2.1, standards §7.6), which has been UTC+7 without summer time since 1975.
 */
const HANOI_OFFSET_MS = 7 * 3_600_000

/** `2026-11-04T02:00:00Z` → `20261104090000`. Fractions of a second are cut, never rounded up. */
export function toDate14 (instant: string): string {
  return shifted(instant).toISOString().slice(0, 19).replace(/[-T:]/g, '')
}

/** `2026-11-04T02:00:00.250Z` → `2026-11-04T09:00:00+07:00`, the form in which every time is shown. */
export function toHanoi (instant: string | Date): string {
  return shifted(instant).toISOString().slice(0, 19) + '+07:00'
}

/** `20261104090000` → `2026-11-04T09:00:00+07:00`; undefined when it is no such date. */
export function fromDate14 (text: string): string | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second] = parts
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}+07:00`
  // Date rolls 31 February over to March; only a date that survives the round trip is one.
  return Number.isNaN(Date.parse(iso)) || toDate14(iso) !== text ? undefined : iso
}

/** `2026-11-04` → its first moment; undefined for a day that the calendar does not have. */
export function startOfDay (day: string): Date | undefined {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? fromDate14(`${day.replaceAll('-', '')}000000`) : undefined
  return start === undefined ? undefined : new Date(start)
}

export function hasFraction (instant: string): boolean {
  return /\.\d*[1-9]/.test(instant)
}

function shifted (instant: string | Date): Date {
  const date = typeof instant === 'string' ? new Date(instant) : instant
  return new Date(date.getTime() + HANOI_OFFSET_MS)
}
