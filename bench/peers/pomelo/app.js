// The chat on Pomelo 2: a room lives on one chat server. Logs are off, the dictionary is on.
const pomelo = require('pomelo')

const app = pomelo.createApp()
app.set('name', 'bench')
app.configure('all', 'gate|connector', () => {
  app.set('connectorConfig', { connector: pomelo.connectors.hybridconnector, heartbeat: 30, useDict: true })
})
app.route('chat', (session, message, context, done) => {
  const servers = app.getServersByType('chat')
  let hash = 0
  for (const letter of String(session.get('rid'))) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0
  done(null, servers[hash % servers.length].id)
})
app.start()
