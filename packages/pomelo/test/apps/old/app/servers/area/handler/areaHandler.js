module.exports = function (app) {
  return new Handler(app);
};

var Handler = function (app) {
  this.app = app;
};

var pro = Handler.prototype;

pro.where = function (msg, session, next) {
  next(null, { serverId: this.app.getServerId(), msg: msg, order: session.__order__ });
};

pro.look = function (msg, session, next) {
  next(null, {
    uid: session.uid,
    id: session.id,
    frontendId: session.frontendId,
    room: session.get('room'),
    settings: session.settings,
    sessionService: typeof this.app.get('sessionService'),
  });
};

pro.set = function (msg, session, next) {
  session.set('score', msg.score);
  if (!msg.push) {
    next(null, { score: session.get('score') });
    return;
  }
  session.push('score', function (err) {
    next(null, { score: session.get('score'), err: err || null });
  });
};

pro.setAll = function (msg, session, next) {
  session.set('a', 1);
  session.set('b', { c: 2 });
  session.pushAll(function (err) {
    next(null, { err: err || null });
  });
};

pro.bind = function (msg, session, next) {
  session.bind(msg.uid, function (err) {
    next(null, { uid: session.uid, failed: !!err });
  });
};

pro.unbind = function (msg, session, next) {
  session.unbind(msg.uid, function (err) {
    next(null, { uid: session.uid, failed: !!err });
  });
};

pro.sessions = function (msg, session, next) {
  var service = this.app.get('backendSessionService');
  service.get(session.frontendId, session.id, function (err, one) {
    service.getByUid(session.frontendId, session.uid, function (err, all) {
      service.getByUid(session.frontendId, 'nobody', function (err, none) {
        service.get(session.frontendId, 123456, function (err2, gone) {
          next(null, {
            one: one.id === session.id && one.get('room'),
            all: all.length,
            none: [err || null, none || null],
            gone: [err2 || null, gone || null],
          });
        });
      });
    });
  });
};

pro.kick = function (msg, session, next) {
  this.app.get('backendSessionService').kickByUid(msg.sid, msg.uid, 'from afar', function (err) {
    next(null, { err: err || null });
  });
};

// an implicit global, as they all had them
pro.join = function (msg, session, next) {
  var channelService = this.app.get('channelService');
  var before = typeof channelService.getChannel('room', false);
  channel = channelService.getChannel('room', true);
  var added = channel.add(session.uid, session.frontendId);
  next(null, {
    before: before,
    added: added,
    without: channel.add('nobody', null),
    members: channel.getMembers(),
    member: channel.getMember(session.uid),
    amount: channel.getUserAmount(),
    same: channelService.createChannel('room') === channel,
  });
};

pro.say = function (msg, session, next) {
  var channel = this.app.get('channelService').getChannel('room', true);
  var param = { text: msg.text, from: session.uid };
  if (msg.inMessage) {
    param.route = 'onSay';
    channel.pushMessage(param, function (err, fails) {
      next(null, { err: err || null, fails: fails || null });
    });
    return;
  }
  channel.pushMessage('onSay', param, null, function (err, fails) {
    next(null, { err: err || null, fails: fails || null });
  });
};

pro.part = function (msg, session, next) {
  var channelService = this.app.get('channelService');
  var channel = channelService.getChannel('room', true);
  var left = channel.leave(session.uid, session.frontendId);
  var again = channel.leave(session.uid, session.frontendId);
  channel.destroy();
  next(null, {
    left: left,
    again: again,
    member: typeof channel.getMember(session.uid),
    members: channel.getMembers(),
    after: typeof channelService.getChannel('room', false),
    addAfter: channel.add('x', session.frontendId),
  });
};

pro.push = function (msg, session, next) {
  this.app.get('channelService').pushMessageByUids('onNote', { text: msg.text }, msg.uids, {}, function (err, fails) {
    next(null, { err: err ? err.message : null, fails: fails || null });
  });
};

pro.ghost = function (msg, session, next) {
  this.app.rpc.connector.counterRemote.count.toServer('connector-server-9', 1, function (err) {
    next(null, { failed: !!err });
  });
};

pro.throws = function (msg, session, next) {
  throw new Error('thrown');
};

pro.notified = function (msg, session, next) {
  // as many of them, it never calls next
  this.app.lastNotified = msg.text;
  this.app.event.emit('notified', msg.text);
};

pro.lastNotified = function (msg, session, next) {
  next(null, { text: this.app.lastNotified || null });
};

pro.tick = function (msg, session, next) {
  this.app.event.once('cron_tick', function (id) {
    next(null, { ticked: id });
  });
};

pro.addCron = function (msg, session, next) {
  var app = this.app;
  app.addCrons([{ id: msg.id, time: '0/1 * * * * *', action: 'tickCron.added' }]);
  app.event.once('cron_added', function () {
    app.removeCrons([{ id: msg.id }]);
    next(null, { ticked: msg.id });
  });
};
