module.exports = function (app) {
  return new Handler(app);
};

var Handler = function (app) {
  this.app = app;
};

Handler.prototype.work = function (msg, session, next) {
  next(null, { version: 1, text: msg.text });
};

Handler.prototype.fail = function (msg, session, next) {
  next(new Error('it failed'), { tried: true }, { hint: 7 });
};

// in the order in which they were asked
Handler.prototype.slow = function (msg, session, next) {
  this.app.rpc.connector.pingRemote.ping.toServer(session.frontendId, function (err, answer) {
    next(null, { answer: answer });
  });
};

Handler.prototype.push = function (msg, session, next) {
  var channelService = this.app.get('channelService');
  var uids = [{ uid: session.uid, sid: session.frontendId }];
  channelService.pushMessageByUids('onCount', { count: 1 }, uids, function () {
    channelService.pushMessageByUids('onCount', { count: 2 }, uids, function (err, fails) {
      next(null, { err: err, fails: fails });
    });
  });
};
