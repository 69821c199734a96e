// Uploads a file with tus-js-client and prints, as JSON, what it asked and what it was answered.
// Arguments: endpoint, bearer token, file, bytes per request (0: all in one).
import { readFileSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const [endpoint, token, path, chunk] = process.argv.slice(2)
const log = []
const started = []

const upload = new Upload(readFileSync(path), {
  endpoint,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: 'photo.jpg', filetype: 'image/jpeg', purpose: 'photo' },
  chunkSize: Number(chunk) || Infinity,
  retryDelays: [100, 200, 400, 800],
  onBeforeRequest: (request) => {
    started.push({ method: request.getMethod(), offset: request.getHeader('Upload-Offset') ?? null })
  },
  onAfterResponse: (request, response) => {
    log.push({
      method: request.getMethod(),
      status: response.getStatus(),
      offset: response.getHeader('Upload-Offset') ?? null,
      file: response.getHeader('Gridloop-File-Id') ?? null,
    })
  },
  onError: (error) => {
    console.error(String(error))
    process.exit(1)
  },
  onSuccess: () => {
    console.log(JSON.stringify({ url: upload.url, started, answers: log }))
  },
})
upload.start()
