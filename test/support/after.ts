// Run by tap's own command after all files: takes the private server over and stops it.
import { closeStores } from './stores.js'

await closeStores()
