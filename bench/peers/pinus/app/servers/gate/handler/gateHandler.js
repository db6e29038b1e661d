exports.default = (app) => ({
  async queryEntry() {
    const [{ host, clientPort }] = app.getServersByType('connector')
    return { code: 200, host, port: clientPort }
  },
})
