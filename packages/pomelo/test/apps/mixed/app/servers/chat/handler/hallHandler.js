module.exports = function (app) {
  return new Handler(app);
};

var Handler = function (app) {
  this.app = app;
};

Handler.prototype.say = function (msg, session, next) {
  var globalChannelService = this.app.get('globalChannelService');
  globalChannelService.pushMessage('connector', 'onHall', { text: msg.text }, 'hall', null, function (err, fails) {
    next(null, { err: err || null, fails: fails });
  });
};

Handler.prototype.look = function (msg, session, next) {
  var app = this.app;
  app.get('statusService').getStatusByUids([session.uid, 'nobody'], function (err, online) {
    app.get('statusService').getSidsByUid(session.uid, function (failed, sids) {
      app.get('globalChannelService').getMembersByChannelName('connector', 'hall', function (wrong, members) {
        next(null, { err: err || failed || wrong || null, online: online, sids: sids, members: members.sort() });
      });
    });
  });
};

Handler.prototype.tell = function (msg, session, next) {
  this.app.get('statusService').pushByUids(msg.uids, 'onTold', { text: msg.text }, function (err, absent) {
    next(null, { err: err || null, absent: absent });
  });
};

Handler.prototype.keep = function (msg, session, next) {
  var channel = this.app.get('channelService').getChannel('kept', true);
  next(null, { added: channel.add(session.uid, session.frontendId) });
};

Handler.prototype.tellKept = function (msg, session, next) {
  var channel = this.app.get('channelService').getChannel('kept', false);
  channel.pushMessage('onKept', { text: msg.text }, function (err) {
    next(null, { err: err || null, members: channel.getMembers(), pid: process.pid });
  });
};
