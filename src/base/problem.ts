/**
 * Coded errors of the gateway. What leaves the process is a problem document (RFC 9457) made from one of these;
 * anything else becomes `internal-error` without its text.
 */
export interface ProblemItem {
  /** JSON pointer into the request's document; empty for the whole. */
  pointer: string
  code: string
  /** What is wrong. */
  message: string
  messageEn: string
  /** What to do. */
  cure?: string
  cureEn?: string
}

export interface ProblemOptions {
  status: number
  /** Stable, kebab case. */
  code: string
  title: string
  titleEn: string
  /** What happened here and what to do. */
  detail: string
  detailEn: string
  errors?: readonly ProblemItem[]
  headers?: Readonly<Record<string, string>>
  /** What a program needs of this problem beside the text. */
  members?: Readonly<Record<string, unknown>>
}

export class Problem extends Error {
  readonly options: ProblemOptions

  constructor (options: ProblemOptions) {
    super(`${options.code}: ${options.detailEn}`)
    this.name = 'Problem'
    this.options = options
  }
}

/** A setting is wrong: the boot stops and names the variable. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor (problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** The database's schema is older or newer than this version. */
export class SchemaError extends Error {
  constructor (message: string) {
    super(message)
    this.name = 'SchemaError'
  }
}

/** Errors whose message tells an operator what to do; for every other one the stack is of more use. */
export function isForPeople (error: unknown): boolean {
  return error instanceof ConfigError || error instanceof SchemaError ||
    ['EmbeddedDatabaseError', 'BootstrapKeyTaken'].includes((error as Error | undefined)?.name ?? '')
}
