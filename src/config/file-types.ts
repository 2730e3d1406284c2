/** Types of files that FILES_TYPES may allow; `files/types.ts` knows what each looks like. */
export const FILE_TYPE_IDS = ['pdf', 'jpg', 'png', 'tiff', 'docx', 'xlsx', 'odt', 'zip', 'xml'] as const

export type FileTypeId = typeof FILE_TYPE_IDS[number]
