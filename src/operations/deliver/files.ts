/** The files of a dossier for an adapter whose partner takes bytes: those that the dossier refers to, while the call may run. */
import { addAbortSignal } from 'node:stream'
import { fileOfDossier } from '../../files/files.sql.js'
import { typeById } from '../../files/types.js'
import type { Claim } from './claim.js'
import type { DeliveryContext } from './context.js'
import type { FileAccess } from '../../adapter-kit/contract/deliver.js'

export function openFilesOf ({ db, files }: Pick<DeliveryContext, 'db' | 'files'>, { head, lease }: Pick<Claim, 'head' | 'lease'>): FileAccess {
  return {
    open: async id => {
      const file = head.dossierCode === null ? undefined : await fileOfDossier(db, id, head.dossierCode)
      if (file === undefined) throw new Error(`the dossier refers to no file ${id}`)
      const stream = addAbortSignal(lease.signal, await files.storage.open(file.sha256))
      const mediaType = typeById(file.type)?.mediaType ?? 'application/octet-stream'
      return { name: file.name, mediaType, size: Number(file.size), sha256: file.sha256, stream }
    }
  }
}
