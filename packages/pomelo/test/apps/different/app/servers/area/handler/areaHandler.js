'use strict';

// a class: what Pomelo would call, but not list
module.exports = function (app) {
  return new AreaHandler(app);
};

class AreaHandler {
  constructor(app) {
    this.app = app;
  }

  say(msg, session, next) {
    next(null, { heard: msg.text });
  }

  joinTwice(msg, session, next) {
    const channel = this.app.get('channelService').createChannel('twice');
    channel.add('ada', session.frontendId);
    channel.add('ada', session.frontendId);
    const amount = channel.getUserAmount();
    channel.pushMessage('onOnce', { amount: amount }, () => {
      channel.destroy();
      channel.pushMessage('onOnce', {}, (err) => next(null, { amount: amount, err: err && err.message }));
    });
  }

  async later(msg, session, next) {
    const heard = await Promise.resolve(msg.text);
    if (!heard) throw new Error('nothing to say');
    next(null, { heard: heard });
  }
}
