// Writes the TypeScript types of the canonical schemas: `npm run schemas:types`.
// With --check it writes nothing and fails where the committed types are stale.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compile, type JSONSchema } from 'json-schema-to-typescript'

const root = process.cwd()
const target = join(root, 'src/model/dossier-types.ts')
const banner = '// Generated from schemas/*.json by `npm run schemas:types`; do not edit.\n'

async function generate (): Promise<string> {
  const schema: JSONSchema = {
    title: 'CanonicalDocuments',
    type: 'object',
    additionalProperties: false,
    required: ['dossier', 'progress', 'codeTable', 'paymentRequest', 'reconciliationRequest', 'endpoint', 'endpointChange', 'endpointRotation', 'endpointReplay'],
    properties: {
      dossier: { $ref: 'dossier.json' },
      progress: { $ref: 'progress.json' },
      codeTable: { $ref: 'code-table.json' },
      paymentRequest: { $ref: 'payment-request.json' },
      reconciliationRequest: { $ref: 'reconciliation-request.json' },
      endpoint: { $ref: 'endpoint.json' },
      endpointChange: { $ref: 'endpoint-change.json' },
      endpointRotation: { $ref: 'endpoint-rotation.json' },
      endpointReplay: { $ref: 'endpoint-replay.json' }
    }
  }
  return compile(schema, 'CanonicalDocuments', {
    cwd: join(root, 'schemas/'),
    bannerComment: banner,
    additionalProperties: false,
    // Length limits become tuple unions of every length otherwise.
    ignoreMinAndMaxItems: true,
    style: { semi: false, singleQuote: true }
  })
}

const wanted = await generate()
if (process.argv.includes('--check')) {
  const present = await readFile(target, 'utf8').catch(() => '')
  if (present !== wanted) {
    process.stderr.write('src/model/dossier-types.ts is stale: run npm run schemas:types\n')
    process.exitCode = 1
  }
} else {
  await writeFile(target, wanted)
}
