// push-server.mjs FOLDER PORT_FILE MILLISECONDS: a bare HTTP binary cache that answers each request so much later.
import { createReadStream, createWriteStream, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { dirname, join, normalize } from 'node:path'
import { pipeline } from 'node:stream/promises'

const [root, portFile, delay] = process.argv.slice(2)
let count = 0
const wait = () => (Number(delay) > 0 ? new Promise((resolve) => setTimeout(resolve, Number(delay))) : undefined)
const server = http.createServer(async (request, response) => {
  const file = join(root, normalize(decodeURIComponent(request.url.replace(/\?.*/, ''))))
  try {
    if (request.method === 'PUT') {
      mkdirSync(dirname(file), { recursive: true })
      const temporary = `${file}.${count++}`
      await pipeline(request, createWriteStream(temporary))
      await wait()
      renameSync(temporary, file)
      response.writeHead(201).end()
      return
    }
    const { size } = statSync(file)
    await wait()
    response.writeHead(200, { 'content-length': size })
    if (request.method === 'HEAD') response.end()
    else await pipeline(createReadStream(file), response)
  } catch (cause) {
    if (cause.code !== 'ENOENT') console.error(cause)
    await wait()
    if (!response.headersSent) response.writeHead(404).end()
  }
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => writeFileSync(portFile, String(server.address().port)))
