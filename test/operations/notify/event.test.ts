import t from 'tap'
import type { Fact } from '../../../src/operations/notify/events.sql.js'
import { eventOf } from '../../../src/operations/notify/event.js'

function fact (changes: Partial<Fact> = {}): Fact {
  return {
    id: '7',
    xid: '1',
    at: new Date('2026-11-04T02:00:00Z'),
    action: 'delivery.refused',
    dossier_code: 'H15-1',
    delivery_id: '12',
    adapter: 'national-portal',
    details: { revision: 3, attempt: 1, rule: 'portal.refused', code: 'procedure-unknown' },
    of_notification: false,
    ...changes
  }
}

t.test('the end of a dossier\'s delivery is an event: what, which revision, where, why, and where more is to be read', async t => {
  t.strictSame(eventOf(fact()), {
    auditId: '7',
    occurredAt: new Date('2026-11-04T02:00:00Z'),
    dossierCode: 'H15-1',
    agency: null,
    endpointId: null,
    type: 'dossier.refused',
    data: {
      dossierCode: 'H15-1',
      revision: 3,
      adapter: 'national-portal',
      deliveryId: '12',
      failureCode: 'procedure-unknown',
      links: { dossier: '/v1/dossiers/H15-1', delivery: '/v1/deliveries/12' }
    }
  })
  for (const state of ['delivered', 'failed', 'held']) t.equal(eventOf(fact({ action: `delivery.${state}` }))?.type, `dossier.${state}`)
})

t.test('recursion is impossible: what became of a notification is no event', async t => {
  for (const state of ['delivered', 'refused', 'failed', 'held']) t.equal(eventOf(fact({ action: `delivery.${state}`, of_notification: true })), undefined)
})

t.test('steps on the way, views and an operator\'s work are no events', async t => {
  for (const action of ['delivery.planned', 'delivery.attempted', 'delivery.retrying', 'delivery.superseded', 'delivery.cancelled', 'dossier.accepted', 'audit.viewed', 'endpoint.created']) {
    t.equal(eventOf(fact({ action })), undefined, action)
  }
})

t.test('what the national side sent is an event of its own type, with its facts', async t => {
  const details = { event: 'payment.confirmed', inbound: '9', facts: { amount: '120000', reference: 'PM-1', agencyCode: '000.00.14.H15', dossierCode: 'other' } }
  t.match(eventOf(fact({ action: 'inbound.accepted', delivery_id: null, details })), {
    type: 'payment.confirmed', agency: '000.00.14.H15', data: { amount: '120000', reference: 'PM-1', inbound: '9', dossierCode: 'H15-1', adapter: 'national-portal' }
  })
})

t.test('an accepted message that names no type stops nothing: it is no event', async t => {
  for (const event of [undefined, 7, '', 'Payment', 'payment', 'payment.', 'a b.c']) t.equal(eventOf(fact({ action: 'inbound.accepted', details: { event, inbound: '9' } })), undefined)
})
