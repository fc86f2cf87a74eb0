// push-s3.ts PORT_FILE, an S3Account as JSON on standard input: the small S3 with STS of the unit tests, in a machine.
import { writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { serveS3 } from '../unit/push/s3-server.ts'

const account = JSON.parse(await text(process.stdin))
const server = await serveS3(account)
for (const [token, session] of account.sessions ?? []) server.sessions.set(token, session)
writeFileSync(process.argv[2] ?? '', server.url)
