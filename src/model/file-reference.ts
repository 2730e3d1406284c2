/** How a dossier names a file that was uploaded here: in the place of a link, `lienthong-file:<id>`. */
const SCHEME = 'lienthong-file:'
const ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

export function fileReference (id: string): string {
  return SCHEME + id
}

/** The file's id; undefined for every other link. */
export function fileIdOf (link: string): string | undefined {
  const id = link.startsWith(SCHEME) ? link.slice(SCHEME.length) : ''
  return isFileId(id) ? id : undefined
}

export function isFileId (text: string): boolean {
  return ID.test(text)
}
