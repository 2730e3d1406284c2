// The audit log over HTTP: read on from a cursor, filtered, and itself on record.
import t from 'tap'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway, until } from '../support/gateway.js'

const gateway = await startGateway(t, { role: 'api' })

interface Feed {
  entries: Array<{ id: string, action: string, actor: string, dossierCode: string | null, details: Record<string, unknown> }>
  cursor: string | null
}

async function feed (query: Record<string, string | number> = {}): Promise<Feed> {
  const response = await gateway.call({ url: '/v1/audit', query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])) })
  return response.json()
}

/** Entries become readable when every older transaction of the server has ended. */
async function feedOf (dossier: string, count: number): Promise<Feed> {
  let found: Feed = { entries: [], cursor: null }
  await until(async () => {
    found = await feed({ dossier, limit: 1000 })
    return found.entries.length >= count
  })
  return found
}

t.test('an empty feed has no cursor', async t => {
  t.strictSame(await feed({ dossier: codeOf(404) }), { entries: [], cursor: null })
})

t.test('the facts of a dossier are told in order, each with its actor', async t => {
  const code = codeOf(1)
  await gateway.push(aDossier({ code, sourceVersion: 4 }))
  await gateway.push(aDossier({ code, sourceVersion: 5, summary: 'Hai' }))
  await gateway.push(aDossier({ code, sourceVersion: 5, summary: 'Hai' }))
  const { entries } = await feedOf(code, 6)
  t.match(entries, [
    { action: 'dossier.accepted', actor: 'client:bootstrap', details: { revision: 1, newSteps: 0, sourceVersion: 4 } },
    { action: 'delivery.planned', adapter: 'national-portal', deliveryId: /^\d+$/, details: { revision: 1 } },
    { action: 'dossier.accepted', details: { revision: 2, sourceVersion: 5 } },
    { action: 'delivery.planned', details: { revision: 2 } },
    { action: 'delivery.superseded', details: { revision: 1, by: 2 } },
    { action: 'dossier.unchanged', details: { revision: 2 } }
  ])
  t.equal(entries.length, 6)
})

t.test('a cursor goes on where it was, page by page, without a gap or a repeat', async t => {
  const code = codeOf(2)
  for (let n = 1; n <= 5; n++) await gateway.push(aDossier({ code, summary: `Lần ${n}` }))
  const whole = await feedOf(code, 14)
  const paged: Feed['entries'] = []
  let page = await feed({ dossier: code, limit: 3 })
  while (page.entries.length > 0) {
    paged.push(...page.entries)
    page = await feed({ dossier: code, limit: 3, cursor: page.cursor ?? '' })
  }
  t.strictSame(paged, whole.entries)
  t.equal(page.cursor, whole.cursor, 'at the end the cursor stays, to be used again')
  await gateway.push(aDossier({ code, summary: 'Lần 6' }))
  let next: Feed = { entries: [], cursor: null }
  await until(async () => {
    next = await feed({ dossier: code, cursor: page.cursor ?? '' })
    return next.entries.length >= 3
  })
  t.strictSame(next.entries.map(entry => entry.action), ['dossier.accepted', 'delivery.planned', 'delivery.superseded'])
})

t.test('the feed is filtered by action', async t => {
  const code = codeOf(3)
  await gateway.push(aDossier({ code }))
  await feedOf(code, 2)
  t.strictSame((await feed({ dossier: code, action: 'delivery.planned' })).entries.map(entry => entry.action), ['delivery.planned'])
})

t.test('reading the log is a fact of the log', async t => {
  await feed()
  await until(async () => (await feed({ action: 'audit.viewed', limit: 1 })).entries.length === 1)
  t.match((await feed({ action: 'audit.viewed', limit: 1 })).entries, [{ actor: 'client:bootstrap', dossierCode: null, details: { entries: Number } }])
})

t.test('a reading is on record where it told of anything but earlier readings, once, with the number of its entries', async t => {
  const code = codeOf(4)
  await gateway.push(aDossier({ code }))
  await feedOf(code, 2)
  const viewed = async (): Promise<unknown[]> => (await gateway.services.db.selectFrom('audit_entries').select('details').where('action', '=', 'audit.viewed').orderBy('id').execute()).map(({ details }) => details['entries'])
  const before = await viewed()
  const recorded = async (): Promise<unknown[]> => (await viewed()).slice(before.length)
  t.equal((await feed({ dossier: code })).entries.length, 2)
  t.strictSame(await recorded(), [2], 'ordinary entries alone')
  t.strictSame((await feed({ dossier: codeOf(404) })).entries, [])
  await until(async () => (await feed({ action: 'audit.viewed', limit: 1000 })).entries.length > before.length)
  t.strictSame(await recorded(), [2], 'nothing, and earlier readings alone')
  const { entries } = await feed({ limit: 1000 })
  t.ok(entries.some(({ action }) => action === 'audit.viewed') && entries.some(({ action }) => action !== 'audit.viewed'))
  t.strictSame(await recorded(), [2, entries.length], 'both')
})

t.test('a consumer that is up to date finds nothing new, whoever reads', async t => {
  let page = await feed({ limit: 1000 })
  let rounds = 0
  while (page.entries.length > 0 && rounds++ < 10) page = await feed({ limit: 1000, cursor: page.cursor ?? '' })
  t.strictSame(page.entries, [], 'its own reading is not news to it for ever')
})
