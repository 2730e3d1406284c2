/**
 * One round of pulling: what waits is read page by page, each page is stored with the cursor, and only then the partner is
 * told. Whatever fails between the two leaves the item stored and unacknowledged: the next round tells the partner.
 */
import { createHash } from 'node:crypto'
import { outcomeOfFailure } from '../../adapter-kit/failure.js'
import { HttpFailure } from '../../adapter-kit/http.js'
import type { InboxPage, PulledItem } from '../../adapter-kit/contract/poll.js'
import type { Database } from '../../db/open.js'
import { markAcknowledged, notePoll, pollState, storePage, unacknowledged, type PolledMessage } from './polls.sql.js'
import type { LimitedLog } from '../../base/log.js'
import type { Inbox } from '../../adapters/active-adapter.js'
import type { Outcome } from '../../adapter-kit/contract/outcome.js'

export interface RoundOptions {
  db: Database
  inbox: Inbox
  /** For the audit log. */
  actor: string
  log: LimitedLog
}

export const INBOX = 'inbox'

/** More than any partner gives in an interval; the next round goes on. */
const MOST_PAGES = 100
const ACKNOWLEDGED_AT_ONCE = 100

export async function pollRound (options: RoundOptions, signal: AbortSignal): Promise<void> {
  const { db, inbox: { adapter }, log } = options
  if ((await pollState(db, adapter)).paused) return
  const failure = await attempt(() => acknowledgeAll(options, signal)) ??
    await attempt(() => fetchAll(options, signal)) ??
    await attempt(() => acknowledgeAll(options, signal))
  // Cut without an answer of the partner's: it says nothing about it.
  if (failure === undefined && signal.aborted) return
  // Without the partner's words, which may quote a dossier.
  if (failure !== undefined) log('poll.failed', { adapter, code: failure.code, rule: failure.rule })
  await notePoll(db, adapter, failure?.code ?? null)
}

/** What kept it from ending well; undefined: nothing. */
async function attempt (work: () => Promise<Outcome | undefined>): Promise<Outcome | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof HttpFailure) return outcomeOfFailure(error)
    throw error
  }
}

async function fetchAll ({ db, inbox, actor }: RoundOptions, signal: AbortSignal): Promise<Outcome | undefined> {
  for (let pages = 0; pages < MOST_PAGES && !signal.aborted; pages++) {
    const { cursor } = await pollState(db, inbox.adapter)
    const page = await inbox.client.fetch(cursor, signal)
    if ('outcome' in page) return page.outcome
    const { fresh, again } = await db.transaction().execute(async tx => storePage(tx, {
      adapter: inbox.adapter, operation: INBOX, actor, cursor: page.cursor, messages: messagesOf(page, inbox.event)
    }))
    const refused = await acknowledgeAgain(inbox, page.items.filter(({ key }) => again.includes(key)), signal)
    if (refused !== undefined) return refused
    // A partner whose list has no end and no cursor gives the same page again.
    if (!page.more || (fresh === 0 && page.cursor === cursor)) return undefined
  }
  return undefined
}

/** Nothing is written: what is not noticed now comes again. */
async function acknowledgeAgain ({ client }: Inbox, items: readonly PulledItem[], signal: AbortSignal): Promise<Outcome | undefined> {
  for (let from = 0; from < items.length; from += ACKNOWLEDGED_AT_ONCE) {
    const outcome = await client.acknowledge(items.slice(from, from + ACKNOWLEDGED_AT_ONCE), signal)
    if (outcome.verdict !== 'done') return outcome
  }
  return undefined
}

async function acknowledgeAll ({ db, inbox, actor }: RoundOptions, signal: AbortSignal): Promise<Outcome | undefined> {
  for (;;) {
    const items = await unacknowledged(db, { adapter: inbox.adapter, operation: INBOX, limit: ACKNOWLEDGED_AT_ONCE })
    if (items.length === 0 || signal.aborted) return undefined
    const outcome = await inbox.client.acknowledge(items, signal)
    if (outcome.verdict !== 'done') return outcome
    await markAcknowledged(db, { adapter: inbox.adapter, actor, items })
  }
}

function messagesOf ({ items, unreadable }: InboxPage, event: string): PolledMessage[] {
  return [
    ...items.map(item => messageOf(item, event)),
    ...unreadable.map(content => {
      const text = stored(content)
      return { ...text, key: `unreadable-${text.hash}`, event, dossierCode: '', facts: {}, readable: false }
    })
  ]
}

function messageOf ({ key, dossierCode, facts, content }: PulledItem, event: string): PolledMessage {
  return { ...stored(content), key, event, dossierCode, facts, readable: true }
}

function stored (content: unknown): { body: string, hash: string } {
  const body = JSON.stringify(content)
  return { body, hash: createHash('sha256').update(body, 'utf8').digest('hex') }
}
