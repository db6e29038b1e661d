module.exports = function (app) {
  return new Handler(app);
};

var Handler = function (app) {
  this.app = app;
};

Handler.prototype.echo = function (msg, session, next) {
  next(null, { heard: msg.text, isOwn: msg.session === session.id, isConnector: msg.isConnector });
};

Handler.prototype.text = function (msg, session, next) {
  next(null, { asText: msg.text });
};

Handler.prototype.tellAll = function (msg, session, next) {
  this.app.get('channelService').broadcast('connector', 'onNews', { news: msg.text }, {}, function () {});
};
