module.exports = (app) => ({
  queryEntry(message, session, next) {
    const [{ host, clientPort }] = app.getServersByType('connector')
    next(null, { code: 200, host, port: clientPort })
  },
})
