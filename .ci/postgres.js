// Holds a private PostgreSQL in the folder given as argument until SIGTERM, and prints its address.
import { openEmbedded } from '../dist/src/db/embedded.js'

const server = await openEmbedded({ dataDir: process.argv[2] })
process.once('SIGTERM', () => { server.stop().then(() => process.exit(0), () => process.exit(1)) })
process.stdout.write(`${server.url}\n`)
setInterval(() => {}, 60_000)
