// Listens with the `eventsource` package as it comes from npm, and writes what it is told to standard output, one JSON
// object a line. Arguments: address of the stream, bearer token.
import { EventSource } from 'eventsource'

const [address, token] = process.argv.slice(2)
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n')
const source = new EventSource(address, {
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }),
})
for (const name of ['hello', 'change', 'mark', 'reset', 'end'])
  source.addEventListener(name, (event) => say({ event: name, id: event.lastEventId, data: JSON.parse(event.data) }))
source.addEventListener('error', (event) => say({ event: 'error', code: event.code ?? null }))
process.stdin.on('end', () => process.exit()).resume() // for as long as whoever started it
