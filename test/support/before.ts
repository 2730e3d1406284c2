// Run by tap's own command before the files it is given: a PostgreSQL for them.
import { openStores } from './stores.js'

await openStores()
// Ends without stopping the server, as a killed gateway would; `after.ts` takes it over.
process.exit(0)
