/** Dossiers that were filed at the portal: `laydanhsachhoso`, and `xacnhantrangthainhan` once they are stored (contract §2.16). */
import { createHttpClient, type HttpAnswer } from '../../src/adapter-kit/http.js'
import { isRecord, parseJson } from '../../src/model/json.js'
import { present } from '../../src/model/present.js'
import type { AcknowledgedItem, InboxAnswer, InboxClient, PulledItem } from '../../src/adapter-kit/contract/poll.js'
import { address } from './address.js'
import { interpret } from './answer.js'
import { createSessions } from './session.js'
import type { OpenOptions } from '../../src/adapter-kit/contract/open.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'

export function createInbox (options: OpenOptions): InboxClient {
  const { settings, now } = options
  const http = createHttpClient(options)
  const sessions = createSessions({ http, settings, now })

  async function post (service: string, body: unknown, signal: AbortSignal): Promise<HttpAnswer | { outcome: Outcome }> {
    return await sessions.withToken(async token => await http.request({
      method: 'POST',
      url: address(settings, service),
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      signal
    }))
  }

  return {
    async fetch (_cursor, signal) {
      const question = { TrangThaiHoSo: settings['LIST_STATUS'], MaTTHC: settings['LIST_PROCEDURE'], HinhThucTiepNhan: settings['LIST_CHANNEL'] }
      const answer = await post('laydanhsachhoso', question, signal)
      return 'outcome' in answer ? answer : readList(answer, now())
    },
    async acknowledge (items, signal) {
      const answer = await post('hoso/xacnhantrangthainhan', items.map(receipt), signal)
      return 'outcome' in answer ? answer.outcome : interpret(answer, now())
    },
    close: http.close
  }
}

function receipt ({ dossierCode }: AcknowledgedItem): Record<string, unknown> {
  return { MaHoSo: dossierCode, TrangThaiNhanHoSo: 1 }
}

/**
 * The list is bare or in `data` (inferred: no source shows it; other answers come both ways, §1.8). The connector has no cursor and
 * no page: what was acknowledged does not come again. Pure.
 */
export function readList (answer: HttpAnswer, now: number): InboxAnswer {
  const outcome = interpret(answer, now)
  if (outcome.verdict !== 'done') return { outcome }
  const body = parseJson(answer.text)
  const list = isRecord(body) ? body['data'] : body
  // No list is not an empty list: read so, a broken connector would look like a quiet one.
  if (!Array.isArray(list)) return { outcome: { ...outcome, verdict: 'uncertain', rule: 'connector.no-list', code: 'answer-not-understood' } }
  const read = list.map(item => ({ item: item as unknown, pulled: readItem(item) }))
  return {
    items: read.flatMap(({ pulled }) => pulled === undefined ? [] : [pulled]),
    unreadable: read.flatMap(({ item, pulled }) => pulled === undefined ? [item] : []),
    cursor: null,
    more: false
  }
}

/** The names differ from call to call (pitfall 34). */
const RECORD_ID = ['IdHoSo', 'IDHoSo', 'idHoSo']
const CODE = ['MaHoSo', 'maHoSo']

function readItem (item: unknown): PulledItem | undefined {
  if (!isRecord(item)) return undefined
  const [id, code] = [firstText(item, RECORD_ID), firstText(item, CODE)]
  if (id === undefined || code === undefined) return undefined
  const procedure = firstText(item, ['MaTTHC', 'maTTHC'])
  return { key: code, dossierCode: code, facts: { code, id, ...present({ procedure }) }, content: item }
}

/** These go into audit and events: anything else may be somebody's name in the wrong place (its form is inferred). */
const CODE_FORM = /^[0-9A-Za-z._/-]{1,100}$/

function firstText (item: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  const value = names.map(name => item[name]).find(found => found !== undefined && found !== null && found !== '')
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  return CODE_FORM.test(text) ? text : undefined
}
