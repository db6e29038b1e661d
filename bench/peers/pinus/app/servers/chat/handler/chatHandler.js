exports.default = (app) => ({
  async send({ content, target }, session) {
    const [from] = session.uid.split('*')
    const channel = app.get('channelService').getChannel(session.get('rid'), false)
    // not waited for, as the tutorial does
    void channel.pushMessage('onChat', { msg: content, from, target })
    return {}
  },
})
