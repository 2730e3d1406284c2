import t from 'tap'
import { interpretAnswer } from '../../../adapters/national-portal/answer.js'
import { createClient } from '../../../adapters/national-portal/client.js'
import { answerRules } from '../../../adapters/national-portal/settings.js'
import {
  canonicalSchema, fixture, fixtureNames, manifest, mapped, readJson, schema, settings, type Fixture, type FixtureAnswer
} from './support.js'
import type { CallMode, PlannedCall } from '../../../src/adapter-kit/contract/deliver.js'

const client = createClient({ settings, limits: manifest.limits, now: () => 0 })
t.teardown(client.close)

for (const name of fixtureNames()) {
  const input = fixture(name)
  const { calls } = mapped(input)

  t.test(`${name}: the dossier is a canonical one`, async t => {
    const validate = canonicalSchema()
    t.ok(validate(input.dossier), JSON.stringify(validate.errors))
  })

  t.test(`${name}: becomes the golden requests`, async t => {
    t.strictSame(calls.map(call => client.describe(call, modeOf(call, input))), readJson(`fixtures/${name}.wire.json`))
  })

  t.test(`${name}: every message keeps to its schema`, async t => {
    for (const call of calls) {
      const validate = schema(call.operation)
      t.ok(validate(call.message), JSON.stringify(validate.errors))
    }
  })

  t.test(`${name}: the answers come to the golden receipts`, async t => {
    const answers = readJson<FixtureAnswer[]>(`fixtures/${name}.answer.json`)
    const receipts = answers.map((answer, index) => receipt(answer, calls[index] as PlannedCall, input))
    t.strictSame(receipts, readJson(`fixtures/${name}.receipt.json`))
  })
}

function modeOf (call: PlannedCall, { mode }: Fixture): CallMode {
  return call.operation === 'dossier' ? mode : 'update'
}

function receipt ({ status, headers, body }: FixtureAnswer, call: PlannedCall, input: Fixture): object {
  const { verdict, rule, code } = interpretAnswer({ status, headers, text: body }, {
    upsert: call.operation === 'dossier',
    mode: modeOf(call, input),
    items: Array.isArray(call.message) ? call.message.length : 1,
    rules: answerRules(settings),
    now: 0
  })
  return { verdict, rule, code }
}
