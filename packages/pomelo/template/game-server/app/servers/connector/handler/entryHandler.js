module.exports = function (app) {
  return new Handler(app);
};

var Handler = function (app) {
  this.app = app;
};

/**
 * New client entry.
 *
 * @param {Object} msg what the client has sent
 * @param {Object} session of the client
 * @param {Function} next answers: next(err, response)
 */
Handler.prototype.entry = function (msg, session, next) {
  next(null, { code: 200, msg: 'game server is ok.' });
};
