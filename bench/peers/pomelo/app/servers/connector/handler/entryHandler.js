module.exports = (app) => ({
  enter({ username, rid }, session, next) {
    const uid = `${username}*${rid}`
    const frontend = app.getServerId()
    session.bind(uid)
    session.set('rid', rid)
    session.on('closed', (closed) => app.rpc.chat.chatRemote.kick(closed, uid, frontend, rid, null))
    session.push('rid', () => {
      app.rpc.chat.chatRemote.add(session, uid, frontend, rid, (error, users) => next(error, { users }))
    })
  },
})
