// The smallest adapter there can be: what the kernel's tests deliver with, beside the real one.
import type { DeliveringAdapter } from '../../src/adapter-kit/contract/adapter.js'
import { DONE, evidence, outcomeOfStatus } from '../../src/adapter-kit/failure.js'
import { createHttpClient } from '../../src/adapter-kit/http.js'
import type { OpenOptions } from '../../src/adapter-kit/contract/open.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'
import type { CallContext, DeliverClient, PlannedCall } from '../../src/adapter-kit/contract/deliver.js'

export const echoAdapter: DeliveringAdapter = {
  deliver: {
    map: ({ dossier, steps }) => ({
      calls: [
        { operation: 'dossier', message: { code: dossier.code, revisionText: dossier.summary }, steps: [] },
        ...(steps.length === 0 ? [] : [{ operation: 'steps', message: { code: dossier.code, steps: steps.map(step => step.content) }, steps: steps.map(step => step.id) }])
      ],
      findings: []
    }),
    open: openEcho
  }
}

/** The partner answers with a status; the body `exists` or `missing` stands for those verdicts. */
function openEcho (options: OpenOptions): DeliverClient {
  const { settings, now } = options
  const http = createHttpClient(options)
  const url = (path: string): URL => new URL(`${String(settings['BASE_URL'])}/${path}`)
  const send = async (call: PlannedCall, { mode, signal, sending }: CallContext): Promise<Outcome> => {
    const answer = await http.request({ method: 'POST', url: url(`${call.operation}/${mode}`), headers: { 'content-type': 'application/json' }, body: JSON.stringify(call.message), signal, sending })
    const failed = outcomeOfStatus(answer, now())
    if (failed !== undefined) return failed
    if (answer.text === 'exists' || answer.text === 'missing') return { verdict: answer.text, rule: `echo.${answer.text}`, code: answer.text, words: answer.text, answer: evidence(answer) }
    return { ...DONE, rule: 'echo.ok', answer: evidence(answer) }
  }
  const ask = async (question: string, code: string, signal: AbortSignal): Promise<boolean> => {
    const answer = await http.request({ method: 'GET', url: url(`${question}/${code}`), headers: {}, signal })
    if (answer.text !== 'yes' && answer.text !== 'no') throw new Error('the partner did not say')
    return answer.text === 'yes'
  }
  return {
    describe: (call, mode) => ({ method: 'POST', url: url(`${call.operation}/${mode}`).href, headers: {}, body: call.message }),
    send,
    exists: (code, signal) => ask('exists', code, signal),
    arrived: (call, code, signal) => ask(`arrived-${call.operation}`, code, signal),
    test: async () => ({ ...DONE, rule: 'echo.test' }),
    close: () => http.close()
  }
}
