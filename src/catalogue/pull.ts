/** Copies a partner's lists into versions of our own. A failed or doubtful answer changes nothing. */
import { setTimeout as delay } from 'node:timers/promises'
import { present } from '../model/present.js'
import { outcomeOfFailure } from '../adapter-kit/failure.js'
import { HttpFailure } from '../adapter-kit/http.js'
import { maskText } from '../base/redaction.js'
import { recordAudit } from '../db/audit.js'
import { applyItems, compareItems, recordAsked, recordPull, referredKeys, usedProcedures, type PullCounts, type PullRecord } from './catalogue.sql.js'
import { namesCodes } from '../codes/books.js'
import { growBook } from '../codes/codes.sql.js'
import type { Database } from '../db/open.js'
import { withLock } from '../db/server.js'
import { listsOf, type ListOwner, type PullableList } from './lists.js'
import { referencesOf } from './references.js'
import { wasPulled } from '../codes/lists.sql.js'
import type { Outcome } from '../adapter-kit/contract/outcome.js'
import type { CatalogueItem, Pulled } from '../adapter-kit/contract/poll.js'

export interface PullRequest {
  actor: string
  /** Take over a list that came back empty or halved: an operator has looked. */
  force: boolean
  /** Most items that are asked for one by one. */
  details: number
  signal: AbortSignal
  /** Which of the lists; asked under the lock, so that what another process has just pulled is no longer among them. */
  choose?: (lists: readonly string[]) => Promise<readonly string[]>
}

export type PulledList = Pick<PullRecord, 'list' | 'outcome' | 'error'> & PullCounts

const NO_CHANGE: PullCounts = { added: 0, changed: 0, vanished: 0, unchanged: 0 }
/** Between two calls for single items: the portal's limits are not known, and nothing waits for this. */
const PACE_MS = 100
/** Names are held in memory, and a list that is larger than any known one is a mistake. */
const MAX_ITEMS = 100_000
/** Of one adapter's lists together. A pull that hangs is cut, or no process could ever pull again. */
const PULL_MS = 1_800_000

/** The lists of an adapter, one after the other; undefined while another process or request pulls them. */
export async function pullCatalogue (db: Database, owner: ListOwner, request: PullRequest): Promise<PulledList[] | undefined> {
  let pulled: PulledList[] | undefined
  const lock = { name: `lienthong catalogue ${owner.manifest.id}`, deadlineMs: PULL_MS }
  await withLock(db, lock, async late => {
    const signal = AbortSignal.any([request.signal, late])
    pulled = []
    for (const list of await chosenLists(owner, request)) pulled.push(await pullList(db, owner, { ...request, signal, ...list }))
  })
  return pulled
}

async function chosenLists (owner: ListOwner, { choose }: PullRequest): Promise<PullableList[]> {
  const lists = listsOf(owner)
  const chosen = await choose?.(lists.map(({ list }) => list))
  return chosen === undefined ? lists : lists.filter(({ list }) => chosen.includes(list))
}

type ListRequest = PullRequest & PullableList

async function pullList (db: Database, owner: ListOwner, request: ListRequest): Promise<PulledList> {
  const startedAt = new Date()
  const answer = request.declared.each === true ? await askEach(db, owner, request) : await ask(request)
  const record = { adapter: owner.manifest.id, list: request.list, actor: request.actor, startedAt, forced: request.force }
  return 'items' in answer
    ? applyList(db, { record, items: uniqueItems(answer.items), request })
    : closePull(db, { ...record, ...NO_CHANGE, outcome: 'failed', error: whyFailed(answer.outcome) })
}

async function ask ({ client, name, signal }: ListRequest, key?: string): Promise<Pulled> {
  if (client.pull === undefined) throw new Error(`the adapter has a list ${name} and no way to read it`)
  try {
    return await client.pull({ list: name, ...present({ key }) }, signal)
  } catch (error) {
    if (error instanceof HttpFailure) return { outcome: outcomeOfFailure(error) }
    throw error
  }
}

/** Only what dossiers or code rows use. The first failure ends it: half a list of details is no harm, but no pull either. */
async function askEach (db: Database, owner: ListOwner, request: ListRequest): Promise<Pulled> {
  const { list, signal } = request
  const items: CatalogueItem[] = []
  for (const key of await keysInUse(db, owner, request)) {
    const answer = await ask(request, key)
    if (!('items' in answer)) return answer
    await recordAsked(db, { adapter: owner.manifest.id, list }, key)
    items.push(...answer.items.filter(item => item.key === key))
    await delay(PACE_MS, undefined, { signal }).catch(() => {})
  }
  return { items }
}

async function keysInUse (db: Database, { manifest: { id: adapter, poll } }: ListOwner, { list, declared: { codeTable }, details: limit }: ListRequest): Promise<string[]> {
  if (codeTable !== undefined) return usedProcedures(db, { adapter, list, table: codeTable, limit })
  const references = referencesOf(poll?.lists ?? {}).filter(({ to }) => to === list)
  return referredKeys(db, { adapter, list, references, limit })
}

function uniqueItems (items: readonly CatalogueItem[]): CatalogueItem[] {
  return [...new Map(items.map(item => [item.key, item])).values()]
}

interface Application {
  record: Pick<PullRecord, 'adapter' | 'list' | 'actor' | 'startedAt' | 'forced'>
  items: readonly CatalogueItem[]
  request: ListRequest
}

async function applyList (db: Database, { record, items, request }: Application): Promise<PulledList> {
  const { adapter, list } = record
  const whole = request.declared.each !== true
  const question = { adapter, list, items, whole }
  const counts = await compareItems(db, question)
  const doubt = whole ? doubtAbout(counts, items.length) : undefined
  // What would not fit into memory is not taken over whoever asks for it.
  if (doubt !== undefined && (!request.force || items.length > MAX_ITEMS)) return closePull(db, { ...record, ...counts, outcome: 'suspicious', error: doubt })
  return db.transaction().execute(async tx => {
    if (counts.added + counts.changed + counts.vanished > 0) {
      const first = !whole || !await wasPulled(tx, { adapter, list })
      await applyItems(tx, { ...question, at: record.startedAt, first })
      if (namesCodes(request.declared)) await growBook(tx, adapter)
    }
    return closePull(tx, { ...record, ...counts, outcome: 'applied', error: null })
  })
}

/** The record, and for what was applied the audit entry, in the transaction that made it true. */
async function closePull (db: Parameters<typeof recordPull>[0], pull: PullRecord): Promise<PulledList> {
  const { adapter, actor, list, outcome, forced, error, added, changed, vanished, unchanged } = pull
  await recordPull(db, pull)
  await recordAudit(db, [{ actor, action: 'catalogue.pulled', adapter, details: { list, outcome, forced, added, changed, vanished, unchanged } }])
  return { list, outcome, error, added, changed, vanished, unchanged }
}

function doubtAbout ({ changed, vanished, unchanged }: PullCounts, items: number): string | undefined {
  const before = changed + vanished + unchanged
  if (items === 0) return 'Danh sách trả về rỗng; chưa áp dụng. Kiểm tra với bên cung cấp, rồi kéo lại với force nếu đúng. / The list came back empty and was not taken over. Ask the partner; pull with force if it is right.'
  if (items > MAX_ITEMS) return `Danh sách có hơn ${MAX_ITEMS} mục; chưa áp dụng. / The list has more than ${MAX_ITEMS} items and was not taken over.`
  if (vanished * 2 <= before) return undefined
  return `Danh sách mất ${vanished} trong ${before} mục; chưa áp dụng. Kiểm tra với bên cung cấp, rồi kéo lại với force nếu đúng. / The list lost ${vanished} of ${before} items and was not taken over. Ask the partner; pull with force if it is right.`
}

/** Rule and code are ours; the partner's words may be a page. */
function whyFailed ({ rule, code, words }: Outcome): string {
  return maskText(`${code} (${rule})${words === '' ? '' : `: ${words.slice(0, 300)}`}`)
}
