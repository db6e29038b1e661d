module.exports = function () {
  return new Handler();
};

var Handler = function () {
  this.heard = 0;
};

Handler.prototype.echo = function (msg, session, next) {
  next(null, { text: msg.text, signature: typeof msg.__crypto__, heard: ++this.heard });
};
