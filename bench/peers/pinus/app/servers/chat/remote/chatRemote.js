exports.default = (app) => ({
  async add(uid, frontend, room) {
    const channel = app.get('channelService').getChannel(room, true)
    channel.add(uid, frontend)
    return channel.getMembers().length
  },
  async kick(uid, frontend, room) {
    app.get('channelService').getChannel(room, false)?.leave(uid, frontend)
  },
})
