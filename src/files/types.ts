/**
 * The types of papers, told by what the files begin with. Pure. A declared type is a claim: a page with scripts that calls
 * itself a PDF must not be passed on under our address.
 */
import type { FileTypeId } from '../config/file-types.js'

export interface FileType {
  /** As FILES_TYPES and the database have it. */
  id: FileTypeId
  mediaType: string
  /** Other names under which clients send it. */
  alsoSentAs?: readonly string[]
  extensions: readonly string[]
  fits: (sample: Sample) => boolean
}

/** The first and the last bytes of a content; of a short one both are the whole. */
export interface Sample {
  head: Buffer
  tail: Buffer
}

/** Enough for every signature, and for the directory of names at the end of an office document. */
export const SAMPLE_BYTES = 64 * 1024

const startsWith = (...bytes: number[]) => ({ head }: Sample): boolean => head.subarray(0, bytes.length).equals(Buffer.from(bytes))
/** PK followed by an entry, or by the end of an archive that has none. */
const isZip = (sample: Sample): boolean => startsWith(0x50, 0x4b, 0x03, 0x04)(sample) || startsWith(0x50, 0x4b, 0x05, 0x06)(sample)
/** Names stand uncompressed before each entry and again in the directory at the end. */
const isZipWith = (name: string) => (sample: Sample): boolean => isZip(sample) && (sample.head.includes(name) || sample.tail.includes(name))
/** Readers take what precedes the signature within the first KiB. */
const isPdf = ({ head }: Sample): boolean => head.subarray(0, 1024).includes('%PDF-')
const isTiff = (sample: Sample): boolean => startsWith(0x49, 0x49, 0x2a, 0x00)(sample) || startsWith(0x4d, 0x4d, 0x00, 0x2a)(sample)
const isXml = ({ head }: Sample): boolean => /^(?:\xef\xbb\xbf)?\s*<\?xml\s/.test(head.subarray(0, 200).toString('latin1'))

/** The first member of an OpenDocument is its type, uncompressed (OpenDocument 1.2, part 3, §3.3). */
function isOpenDocumentText (sample: Sample): boolean {
  return isZip(sample) && sample.head.subarray(30, 100).includes('mimetypeapplication/vnd.oasis.opendocument.text')
}

const OFFICE = 'application/vnd.openxmlformats-officedocument'

export const FILE_TYPES: readonly FileType[] = [
  { id: 'pdf', mediaType: 'application/pdf', extensions: ['pdf'], fits: isPdf },
  { id: 'jpg', mediaType: 'image/jpeg', alsoSentAs: ['image/jpg'], extensions: ['jpg', 'jpeg'], fits: startsWith(0xff, 0xd8, 0xff) },
  { id: 'png', mediaType: 'image/png', extensions: ['png'], fits: startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) },
  { id: 'tiff', mediaType: 'image/tiff', extensions: ['tif', 'tiff'], fits: isTiff },
  { id: 'docx', mediaType: `${OFFICE}.wordprocessingml.document`, extensions: ['docx'], fits: isZipWith('word/') },
  { id: 'xlsx', mediaType: `${OFFICE}.spreadsheetml.sheet`, extensions: ['xlsx'], fits: isZipWith('xl/') },
  { id: 'odt', mediaType: 'application/vnd.oasis.opendocument.text', extensions: ['odt'], fits: isOpenDocumentText },
  { id: 'zip', mediaType: 'application/zip', alsoSentAs: ['application/x-zip-compressed'], extensions: ['zip'], fits: isZip },
  { id: 'xml', mediaType: 'application/xml', alsoSentAs: ['text/xml'], extensions: ['xml'], fits: isXml }
]

export function typeById (id: string): FileType | undefined {
  return FILE_TYPES.find(type => type.id === id)
}

/** Clients that do not know say this: then the name's extension is the declaration. */
const UNDECLARED = ['', 'application/octet-stream', 'binary/octet-stream']

/** The type that content type and name both declare; undefined where they name none of these, or two different ones. */
export function declaredType (contentType: string, name: string, allowed: readonly string[]): FileType | undefined {
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  return FILE_TYPES.find(type => allowed.includes(type.id) && type.extensions.includes(extension) &&
    (UNDECLARED.includes(mediaType) || type.mediaType === mediaType || type.alsoSentAs?.includes(mediaType) === true))
}

/** Keeps the first and the last bytes of what streams by. */
export function createSampler (): { add: (chunk: Uint8Array) => void, sample: () => Sample } {
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  return {
    add: chunk => {
      if (head.length < SAMPLE_BYTES) head = Buffer.concat([head, chunk.subarray(0, SAMPLE_BYTES - head.length)])
      tail = chunk.length >= SAMPLE_BYTES ? Buffer.from(chunk.subarray(-SAMPLE_BYTES)) : Buffer.concat([tail, chunk]).subarray(-SAMPLE_BYTES)
    },
    sample: () => ({ head, tail })
  }
}
