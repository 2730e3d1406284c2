/** What a delivery carries, a dossier or a notification, and what follows from that: account, message, what is said of it. */
import { toHanoi } from '../../model/dates.js'
import { present } from '../../model/present.js'
import type { CodeBook } from '../../codes/book.js'
import type { ClaimedHead, Head } from './claiming.sql.js'
import type { FileLink } from '../../files/links.js'
import { validVersions } from '../notify/versions.js'
import { mapDossier, mapNotification } from '../../adapters/mapping.js'
import { withAccountOf } from '../../adapters/accounts.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'
import type { Dossier } from '../../model/dossier-types.js'
import type { Notification } from '../../adapter-kit/contract/notify.js'
import type { Endpoint, MappingResult, NumberedStep } from '../../adapter-kit/contract/deliver.js'

export type Subject = DossierSubject | NotificationSubject

export interface DossierSubject {
  kind: 'dossier'
  dossier: Dossier
  /** Unconfirmed steps with the row ids that confirm them. */
  steps: Array<{ rowId: string, step: NumberedStep }>
}

export interface NotificationSubject {
  kind: 'notification'
  notification: Notification
  endpoint: Endpoint
}

/** `now`: the database's clock at the claim, by which a secret is valid or not. */
export function subjectOf (head: Head, { steps, now }: Pick<ClaimedHead, 'steps' | 'now'>): Subject {
  if (head.content === null) {
    const { event, endpoint } = head
    return {
      kind: 'notification',
      notification: { id: event.id, type: event.type, timestamp: toHanoi(head.eventAt), data: event.data },
      endpoint: { id: endpoint.id, url: endpoint.url, secretVersions: validVersions(endpoint, now) }
    }
  }
  return {
    kind: 'dossier',
    dossier: head.content,
    steps: steps.map(({ id, stepId, content }) => ({ rowId: id, step: { ...content, id: stepId } }))
  }
}

/** The adapter with the account that answers for the subject: a unit's own, or one endpoint. */
export function forSubject (adapter: ActiveAdapter, subject: Subject, { book, now }: { book: CodeBook, now: Date }): ActiveAdapter {
  if (subject.kind === 'notification') return { ...adapter, account: subject.endpoint.id }
  return withAccountOf(adapter, { dossier: subject.dossier, book, on: toHanoi(now).slice(0, 10) })
}

/** What a mapping looks up. */
export interface Looking {
  book: CodeBook
  fileLink: FileLink
}

export function mapSubject (adapter: ActiveAdapter, subject: Subject, { book, fileLink }: Looking): MappingResult {
  if (subject.kind === 'notification') return mapNotification(adapter, subject)
  return mapDossier(adapter, { dossier: subject.dossier, steps: subject.steps.map(({ step }) => step), fileLink }, book)
}

/** What of it must not be repeated in a partner's words. A notification has nothing of the kind. */
export function personalTexts (subject: Subject): string[] {
  if (subject.kind === 'notification') return []
  const { name, identityNumber, identities = [], phone, email, accountId } = subject.dossier.applicant
  return [name, identityNumber, phone, email, accountId, ...identities.map(identity => identity.number), ...subject.steps.map(({ step }) => step.officer.name)]
    .filter(text => text !== undefined)
}

/** How the audit log and the log name what was tried. */
export function namesOf ({ subject, head }: { subject: Subject, head: Pick<Head, 'revision'> }): Record<string, unknown> {
  return subject.kind === 'notification' ? { event: subject.notification.id, endpoint: subject.endpoint.id } : { revision: head.revision }
}

/** The dossier, for an audit entry; a notification may be about none. */
export function aboutDossier ({ dossierCode }: Pick<Head, 'dossierCode'>): { dossierCode?: string } {
  return present({ dossierCode: dossierCode ?? undefined })
}
