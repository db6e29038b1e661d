exports.default = (app) => ({
  async enter({ username, rid }, session) {
    const uid = `${username}*${rid}`
    const frontend = app.getServerId()
    await session.abind(uid)
    session.set('rid', rid)
    await session.apush('rid')
    session.on('closed', (closed) => {
      if (closed?.uid) void app.rpc.chat.chatRemote.kick.route(closed, true)(uid, frontend, rid)
    })
    return { users: await app.rpc.chat.chatRemote.add.route(session)(uid, frontend, rid) }
  },
})
