import { toHanoi } from '../model/dates.js'

/** Milliseconds since the epoch. Given from outside, so that a test can let a session grow old. */
export type Clock = () => number

/** `2026-11-04T09:00:00.123+07:00`: to the millisecond, because the order of arrivals is judged by it. */
export function stamp (time: number): string {
  const fraction = String(new Date(time).getUTCMilliseconds()).padStart(3, '0')
  return toHanoi(new Date(time)).replace('+', `.${fraction}+`)
}
