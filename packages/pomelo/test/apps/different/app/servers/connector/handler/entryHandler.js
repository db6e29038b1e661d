module.exports = function (app) {
  return new Handler(app);
};

var Handler = function (app) {
  this.app = app;
};

Handler.prototype.enter = function (msg, session, next) {
  session.bind(msg.uid, function (err) {
    next(null, { err: err ? err.message : null });
  });
};

// what a call of a remote calls back with
Handler.prototype.call = function (msg, session, next) {
  this.app.rpc.area.areaRemote[msg.method].toServer(msg.serverId, function (err, value, pid) {
    next(null, err ? { message: err.message, code: err.code } : { value: value, pid: pid });
  });
};
