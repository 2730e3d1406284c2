/** Takes a message that was read: one transaction stores it, its items and what they change, or nothing at all. */
import { createHash } from 'node:crypto'
import { present } from '../../model/present.js'
import type { InboundItem, InboundMessage, InboundOutcome, InboundRequest, ItemResult } from '../../adapter-kit/contract/receive.js'
import { recordAudit } from '../../db/audit.js'
import { knownCodes } from '../../dossier/dossiers.sql.js'
import { acceptItems, itemResults, storeInbound, storeItems, type StoredInbound, type StoredItemResult } from './inbound.sql.js'
import type { Database, Tx } from '../../db/open.js'
import type { InboundOperation } from './operations.js'
import type { PaymentRecords } from './payments-contract.js'

export interface StoreContext {
  db: Database
  payments: PaymentRecords
}

export interface Incoming {
  operation: InboundOperation
  request: InboundRequest
  message: InboundMessage
}

export type StoredMessage = Extract<InboundOutcome, { message: InboundMessage }> & {
  /** Of the stored message. */
  id?: string
}

export async function storeMessage (context: StoreContext, unresolved: Incoming): Promise<StoredMessage> {
  const { db, payments } = context
  const incoming = { ...unresolved, message: await withDossiers(context, unresolved.message) }
  try {
    return await db.transaction().execute(async tx => storeWithin({ tx, payments }, incoming))
  } catch (error) {
    if (error instanceof NothingStored) return { result: 'rejected', message: incoming.message, items: error.items }
    throw error
  }
}

/** A payment that names no dossier is about that for which it was asked for. */
async function withDossiers ({ db, payments }: StoreContext, message: InboundMessage): Promise<InboundMessage> {
  const references = message.items.flatMap(({ dossierCode, payment }) => dossierCode === '' && payment !== undefined ? [payment.reference] : [])
  if (references.length === 0) return message
  const dossiers = await payments.dossiersOf(db, references)
  return {
    ...message,
    items: message.items.map(item => item.dossierCode === '' && item.payment !== undefined ? { ...item, dossierCode: dossiers.get(item.payment.reference) ?? '' } : item)
  }
}

/** Rolls the transaction back: what is not acknowledged must not stand in the way of its repetition. */
class NothingStored extends Error {
  readonly items: ItemResult[]

  constructor (items: ItemResult[]) {
    super('no item of the message was taken')
    this.name = 'NothingTaken'
    this.items = items
  }
}

interface Inside {
  tx: Tx
  payments: PaymentRecords
}

async function storeWithin (inside: Inside, incoming: Incoming): Promise<StoredMessage> {
  const { message } = incoming
  const stored = await storeInbound(inside.tx, {
    adapter: incoming.operation.adapter,
    operation: incoming.operation.name,
    key: message.key,
    ...present({ update: message.update }),
    address: incoming.request.address,
    mediaType: incoming.request.headers['content-type'] ?? '',
    body: incoming.request.body,
    hash: createHash('sha256').update(message.sameness ?? incoming.request.body).digest()
  })
  if (stored.result === 'conflict') return { result: 'conflict', message, id: stored.id }
  return stored.result === 'stored' ? await storeNew(inside, incoming, stored) : await storeRepeated(inside, incoming, stored)
}

async function storeNew (inside: Inside, incoming: Incoming, { id }: StoredInbound): Promise<StoredMessage> {
  const { message } = incoming
  const items = await judge(inside, { ...incoming, id, places: message.items.map((_item, place) => place) })
  if (!items.includes('accepted')) throw new NothingStored(items)
  await storeItems(inside.tx, id, message.items.map((item, place) => ({
    event: item.event,
    dossierCode: item.dossierCode,
    facts: item.facts,
    result: storedResult(items[place])
  })))
  return { result: items.every(item => item === 'accepted') ? 'accepted' : 'partly', message, items, id }
}

/** A repetition changes nothing that was taken; what was not taken then may be by now, as its dossier was pushed. */
async function storeRepeated (inside: Inside, incoming: Incoming, { id }: StoredInbound): Promise<StoredMessage> {
  const { message } = incoming
  const before = await itemResults(inside.tx, id)
  const places = before.flatMap((result, place) => result === 'accepted' ? [] : [place]).filter(place => place < message.items.length)
  if (places.length === 0) return { result: 'duplicate', message, items: message.items.map(() => 'accepted'), id }
  const judged = await judge(inside, { ...incoming, id, places })
  await acceptItems(inside.tx, id, places.filter((_place, index) => judged[index] === 'accepted'))
  const items = message.items.map((_item, place) => judged[places.indexOf(place)] ?? 'accepted')
  return { result: items.every(item => item === 'accepted') ? 'accepted' : 'partly', message, items, id }
}

interface Judged extends Incoming {
  id: string
  /** Which items, by their place in the message. */
  places: readonly number[]
}

/** One result for each place. Those that are accepted are audited: from these entries the provincial portal is told. */
async function judge ({ tx, payments }: Inside, { message, operation, id, places }: Judged): Promise<ItemResult[]> {
  const items = places.flatMap(place => message.items[place] ?? [])
  const known = await knownCodes(tx, [...new Set(items.filter(item => item.mustBeKnown).map(item => item.dossierCode))])
  const isThere = (item: InboundItem): boolean => !item.mustBeKnown || known.has(item.dossierCode)
  const claims = items.flatMap(item => isThere(item) && item.payment !== undefined ? [{ inboundId: id, dossierCode: item.dossierCode, claim: item.payment }] : [])
  const settled = claims.length === 0 ? [] : await payments.settle(tx, claims)
  if (settled.length !== claims.length) throw new Error('the records of payments did not answer for each claim')
  const results = items.map((item): ItemResult => {
    if (!isThere(item)) return 'unknown-dossier'
    return item.payment === undefined ? 'accepted' : settled.shift() ?? 'payment-unknown'
  })
  await recordAudit(tx, items.filter((_item, index) => results[index] === 'accepted').map(item => ({
    actor: `partner:${operation.adapter}`,
    action: 'inbound.accepted',
    dossierCode: item.dossierCode,
    adapter: operation.adapter,
    details: { inbound: id, operation: operation.name, event: item.event, facts: item.facts }
  })))
  return results
}

function storedResult (result: ItemResult | undefined): StoredItemResult {
  return result === 'accepted' || result === 'unknown-dossier' ? result : 'refused'
}
