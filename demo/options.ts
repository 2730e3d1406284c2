/** What the command line asks for. */
import { parseArgs } from 'node:util'

export interface Options {
  /** Stop everything at the end instead of leaving gateway and sandbox running. */
  once: boolean
  /** One JSON line on stdout; everything for people goes to stderr. */
  json: boolean
  /** Port of the gateway; 0 takes a free one. */
  port: number
}

export function readOptions (args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' }
    }
  })
  const port = Number(values.port)
  if (!/^\d{1,5}$/.test(values.port) || port > 65535) throw new Error('--port: must be a whole number from 0 to 65535')
  return { once: values.once, json: values.json, port }
}
