// The chat on Pinus 1: a room lives on one chat server. Logs are off, the dictionary is on.
require('reflect-metadata')
const { pinus } = require('pinus')

const app = pinus.createApp()
app.set('name', 'bench')
app.configure('production', 'gate|connector', () => {
  app.set('connectorConfig', { connector: pinus.connectors.hybridconnector, heartbeat: 30, useDict: true })
})
app.route('chat', (session, message, context, done) => {
  const servers = app.getServersByType('chat')
  let hash = 0
  for (const letter of String(session?.get('rid'))) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0
  done(null, servers[hash % servers.length].id)
})
app.start()
