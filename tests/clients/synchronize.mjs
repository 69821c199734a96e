// Runs WatermelonDB's synchronize() against a server, step by step, as told on standard input (one JSON object a line),
// and answers each step with one line of JSON. Arguments: endpoint, bearer token.
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { Database, Model, appSchema, tableSchema } = require('@nozbe/watermelondb')
const LokiJSAdapter = require('@nozbe/watermelondb/adapters/lokijs').default
const { synchronize } = require('@nozbe/watermelondb/sync')
const { LokiMemoryAdapter } = require('lokijs')
console.log = console.warn = () => {} // the library's own words; answers go to standard output

const [endpoint, token] = process.argv.slice(2)
const text = (name) => ({ name, type: 'string', isOptional: true })
const number = (name) => ({ name, type: 'number', isOptional: true })
const TABLES = {
  offers: [text('state'), text('reason'), text('kind'), number('offered_at'), text('task')],
  visits: [text('state'), text('role'), number('due_at')],
  notices: [text('title')],
  cases: [text('ref'), text('state'), text('parties')],
  reference: [text('kind'), text('code'), text('zh')],
  commands: [text('type'), text('target_id'), number('occurred_at'), text('payload'), text('answer')],
}
const schema = appSchema({
  version: 1,
  tables: Object.entries(TABLES).map(([name, columns]) => tableSchema({ name, columns })),
})
const modelClasses = Object.keys(TABLES).map((table) => class extends Model { static table = table })
const adapter = new LokiJSAdapter({
  schema,
  useWebWorker: false,
  useIncrementalIndexedDB: true,
  dbName: 'phone',
  _testLokiAdapter: new LokiMemoryAdapter(),
})
const database = new Database({ adapter, modelClasses })
const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }

async function ask(path, options) {
  const answer = await fetch(endpoint + path, { headers, ...options })
  const body = await answer.json()
  if (!answer.ok) throw Object.assign(new Error(body.code), { body })
  return body
}

async function sync({ forget }) {
  const seen = { pulled: [], results: [] }
  await synchronize({
    database,
    sendCreatedAsUpdated: true,
    pullChanges: async ({ lastPulledAt, schemaVersion, migration }) => {
      const since = forget ? 1 : lastPulledAt
      const query = `last_pulled_at=${since}&schema_version=${schemaVersion}&migration=${JSON.stringify(migration)}`
      const body = await ask(`/v1/sync/watermelon?${query}`)
      seen.pulled.push(body)
      return body
    },
    pushChanges: async ({ changes, lastPulledAt }) => {
      const body = JSON.stringify({ changes, last_pulled_at: lastPulledAt, sent_at: Date.now() })
      const answer = await ask('/v1/sync/watermelon', { method: 'POST', body })
      seen.results.push(...answer.results)
      return answer
    },
  })
  return seen
}

const STEPS = {
  sync,
  rows: async ({ table }) => (await database.get(table).query().fetch()).map((row) => row._raw),
  create: ({ table, values }) =>
    database.write(async () => {
      const row = await database.get(table).create((made) => {
        for (const [name, value] of Object.entries(values)) made._setRaw(name, value)
      })
      return row._raw
    }),
  change: ({ table, id, values }) =>
    database.write(async () => {
      const row = await database.get(table).find(id)
      await row.update((made) => {
        for (const [name, value] of Object.entries(values)) made._setRaw(name, value)
      })
      return row._raw
    }),
  remove: ({ table, id }) =>
    database.write(async () => {
      await (await database.get(table).find(id)).markAsDeleted()
      return null
    }),
}

for await (const line of createInterface({ input: process.stdin })) {
  const { step, ...given } = JSON.parse(line)
  let answer
  try {
    answer = { ok: await STEPS[step](given) }
  } catch (error) {
    answer = { error: error.message, body: error.body ?? null }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
process.exit(0)
