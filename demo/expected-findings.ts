/**
 * What the gateway must remark on a pushed dossier: a second, plain reading of docs/findings.md for what occurs in the
 * demo. It shares no line with src/dossier or the adapter, so a finding of any other kind is a difference.
 */
import type { Dossier, ProgressStep } from '../src/model/dossier-types.js'
import { key, sayOn, type Say, type Tables } from './tables.js'

/** `severity code pointer`. */
export type Remark = string

/** In the order of the alphabet. `tables` as they are when the dossier is pushed. */
export function expectedFindings (d: Dossier, tables: Tables): Remark[] {
  const say = sayOn(tables, d.receivedAt)
  return [...decomposed(d), ...aboutPerson(d), ...aboutPlace(d), ...aboutSteps(d), ...aboutCodes(d, say), ...aboutLengths(d), ...aboutPapers(d), ...costly(d, say)].sort()
}

function decomposed (value: unknown, at = ''): Remark[] {
  if (typeof value === 'string') return value === value.normalize('NFC') ? [] : [`warning text-normalised ${at}`]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => decomposed(member, `${at}/${name}`))
}

function aboutPerson ({ applicant: { birthDate, identities = [] } }: Dossier): Remark[] {
  return [
    ...when(birthDate !== undefined && birthDate.length < 'yyyy-mm-dd'.length, 'warning birth-date-partial /applicant/birthDate'),
    ...each(identities, ({ type }) => type !== 'citizen-id' && type !== 'old-citizen-id', at => `warning identity-without-national-code /applicant/identities/${at}`)
  ]
}

/** A unit above or below the one in the dossier's code is no other one. */
function aboutPlace ({ code, agency }: Dossier): Remark[] {
  const [one, other] = [key(code.slice(0, code.indexOf('-'))), key(agency.code)]
  return when(!`${one}.`.startsWith(`${other}.`) && !`${other}.`.startsWith(`${one}.`), 'warning agency-code-differs /agency/code')
}

function aboutSteps ({ progress = [] }: Dossier): Remark[] {
  const late = progress.findIndex((step, index) => index > 0 && Date.parse(step.occurredAt) < Date.parse(progress[index - 1]?.occurredAt ?? ''))
  return when(late > 0, `warning steps-out-of-order /progress/${late}`)
}

function aboutCodes (d: Dossier, say: Say): Remark[] {
  return [
    ...(['procedure', 'agency'] as const).flatMap(table => {
      const meaning = say(table, d[table].code)
      return [
        ...when(meaning === undefined, `error code-unmapped /${table}/code`),
        ...when(meaning?.succeeded === true, `warning code-succeeded /${table}/code`),
        ...when((meaning?.name ?? d[table].name.normalize('NFC')) !== d[table].name.normalize('NFC'), `warning name-from-table /${table}/name`)
      ]
    }),
    ...unknownStatus(d, '', say),
    ...(d.progress ?? []).flatMap((step, index) => unknownStatus(step, `/progress/${index}`, say))
  ]
}

function unknownStatus (of: Pick<ProgressStep, 'status' | 'localStatus'>, at: string, say: Say): Remark[] {
  return when(of.status === undefined && nationalOf(of, say) === undefined, `error code-unmapped ${at}/localStatus`)
}

function nationalOf ({ localStatus }: Pick<ProgressStep, 'localStatus'>, say: Say): string | undefined {
  if (localStatus === undefined) return undefined
  return (say('localStatus', `${localStatus.code}/${localStatus.subCode ?? ''}`) ?? say('localStatus', localStatus.code))?.code
}

function aboutLengths ({ summary, note = '', progress = [] }: Dossier): Remark[] {
  return [
    ...when(length(summary) > 1000, 'warning shortened /summary'),
    ...when(length(note) > 2000, 'warning shortened /note'),
    ...each(progress, ({ officer }) => length(officer.name) > 50, at => `warning shortened /progress/${at}/officer/name`)
  ]
}

function aboutPapers ({ documents = [] }: Dossier): Remark[] {
  return each(documents, ({ reuse, replacementResultCode = '' }) => reuse === 'result' && replacementResultCode === '',
    at => `warning replacement-code-missing /documents/${at}/replacementResultCode`)
}

/** What costs points in the index of service quality (standards §4.2 to §4.4). */
function costly (d: Dossier, say: Say): Remark[] {
  const { fees = [], results = [], supplements = [] } = d
  const owed = fees.some(({ amount }) => amount !== '0')
  const status = nationalStatus(d, say)
  const [isNew, isDone] = [status === '1' || status === '3', status === '9' || status === '10']
  return [
    ...when(d.channel === undefined, 'scoring channel-missing /channel'),
    ...when(d.dueAt === undefined && !isNew, 'scoring due-date-missing /dueAt'),
    ...when(d.finishedAt === undefined && isDone, 'scoring finish-time-missing /finishedAt'),
    ...each(results, ({ code, url }) => code === undefined || url === undefined, at => `scoring result-incomplete /results/${at}`),
    ...each(fees, ({ amount }) => amount === '0', at => `scoring zero-fee /fees/${at}/amount`),
    ...when(owed && d.onlinePayment === undefined, 'scoring online-payment-unknown /onlinePayment'),
    ...when(supplements.length > 1, 'scoring several-supplements /supplements')
  ]
}

const NATIONAL_OF = { registered: '1', 'not-accepted': '3', finished: '9', returned: '10' } as const

function nationalStatus (d: Dossier, say: Say): string | undefined {
  if (d.status === undefined) return nationalOf(d, say)
  return Object.hasOwn(NATIONAL_OF, d.status) ? NATIONAL_OF[d.status as keyof typeof NATIONAL_OF] : undefined
}

function when (holds: boolean, remark: Remark): Remark[] {
  return holds ? [remark] : []
}

function each<T> (items: readonly T[], holds: (item: T) => boolean, remark: (index: number) => Remark): Remark[] {
  return items.flatMap((item, index) => when(holds(item), remark(index)))
}

/** In characters, as people count them once it is composed. */
function length (text: string): number {
  return [...text.normalize('NFC')].length
}
