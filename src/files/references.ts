/** The references to uploaded files in a dossier, with their places. Pure. */
import type { Dossier } from '../model/dossier-types.js'
import { fileIdOf } from '../model/file-reference.js'
import type { Path } from '../model/findings.js'

export interface FileAt {
  id: string
  path: Path
}

type Papers = Pick<Dossier, 'documents' | 'results' | 'supplements'>

export function filesOf ({ documents, results, supplements = [] }: Papers): FileAt[] {
  return [
    ...filesIn(documents, ['documents']),
    ...filesIn(results, ['results']),
    ...supplements.flatMap((supplement, index) => filesIn(supplement.documents, ['supplements', index, 'documents']))
  ]
}

function filesIn (papers: ReadonlyArray<{ url?: string }> | undefined, path: Path): FileAt[] {
  return (papers ?? []).flatMap(({ url }, index) => {
    const id = url === undefined ? undefined : fileIdOf(url)
    return id === undefined ? [] : [{ id, path: [...path, index, 'url'] }]
  })
}
