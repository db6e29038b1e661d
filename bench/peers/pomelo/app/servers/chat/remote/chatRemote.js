module.exports = (app) => ({
  add(uid, frontend, room, done) {
    const channel = app.get('channelService').getChannel(room, true)
    channel.add(uid, frontend)
    done(null, channel.getMembers().length)
  },
  kick(uid, frontend, room, done) {
    app.get('channelService').getChannel(room, false)?.leave(uid, frontend)
    done?.()
  },
})
