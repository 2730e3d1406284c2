/**
 * Compiles JSON Schemas (2020-12). A gateway compiles some sixty, and checking a schema against the meta-schema costs more than
 * compiling it: so the meta-schema is compiled once a process, and each compiler is an Ajv without one of its own.
 */
import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const META = new Ajv2020()
addFormats.default(META)

export type CompileSchema = <T = unknown>(schema: object) => ValidateFunction<T>

/** `vocabulary`: keywords of our own. The compiled schemas share one Ajv; throws for a schema that is not valid. */
export function createSchemaCompiler ({ vocabulary = [], ...options }: Options & { vocabulary?: string[] }): CompileSchema {
  const ajv = new Ajv2020({ ...options, meta: false, validateSchema: false })
  addFormats.default(ajv)
  ajv.addVocabulary(vocabulary)
  return <T>(schema: object) => {
    void META.validateSchema(schema, true)
    return ajv.compile<T>(schema)
  }
}
