module.exports = (app) => ({
  send({ content, target }, session, next) {
    const [from] = session.uid.split('*')
    const channel = app.get('channelService').getChannel(session.get('rid'), false)
    channel.pushMessage('onChat', { msg: content, from, target })
    next(null, {})
  },
})
