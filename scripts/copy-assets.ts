// Copies what the compiler leaves behind (JSON, SQL, fixtures) beside the compiled code, so that every module finds
// its files relative to itself, in the checkout as in the image.
import { cp } from 'node:fs/promises'
import { extname, join } from 'node:path'

const FOLDERS = ['adapters', 'schemas', 'src', 'demo', 'test']
const COPIED = new Set(['.json', '.sql', '.xml', '.html', '.css', '.txt', '.csv'])

for (const folder of FOLDERS) {
  await cp(folder, join('dist', folder), {
    recursive: true,
    filter: source => extname(source) === '' || COPIED.has(extname(source))
  })
}
