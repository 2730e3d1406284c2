/** Dates of HTTP (RFC 9110 §5.6.7): one form that may be sent, and two obsolete ones that must still be understood. Pure. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH = `(?<month>${MONTHS.join('|')})`
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const TIME = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)'

const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^${DAY}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT (RFC 850)
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994 (asctime)
  new RegExp(`^${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`)
]

/** Milliseconds since the epoch; undefined for what is no date of HTTP. `now` decides the century of two digits. */
export function httpDate (text: string, now: number): number | undefined {
  const parts = FORMS.map(form => form.exec(text)?.groups).find(groups => groups !== undefined)
  if (parts === undefined) return undefined
  const number = (name: string): number => Number(parts[name])
  const year = parts['year']?.length === 2 ? fullYear(number('year'), now) : number('year')
  const month = MONTHS.indexOf(parts['month'] ?? '')
  const date = new Date(Date.UTC(year, month, number('day'), number('hour'), number('minute'), number('second')))
  // A 31st of February would be taken for the 3rd of March.
  return date.getUTCMonth() === month || number('second') === 60 ? date.getTime() : undefined
}

/** A date that appears to be more than 50 years ahead is the latest past year with these digits. */
function fullYear (digits: number, now: number): number {
  const present = new Date(now).getUTCFullYear()
  const year = present - present % 100 + digits
  return year > present + 50 ? year - 100 : year
}
