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
