module.exports = function (app) {
  return new Handler(app);
};

var Handler = function (app) {
  this.app = app;
};

Handler.prototype.enter = function (msg, session, next) {
  var self = this;
  session.bind(msg.uid);
  session.set('rid', msg.rid);
  session.pushAll(function () {
    self.app.get('globalChannelService').add('hall', msg.uid, self.app.getServerId(), function (err) {
      // a remote that is written in TypeScript
      self.app.rpc.chat.roomRemote.add(session, msg.uid, self.app.getServerId(), msg.rid, function (failed, users) {
        next(null, { err: err || failed || null, users: users });
      });
    });
  });
};

Handler.prototype.ask = function (msg, session, next) {
  this.app.rpc.chat.roomRemote.fail(session, function (err, answer) {
    next(null, { message: err.message, answer: answer });
  });
};
