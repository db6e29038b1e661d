module.exports = function (name) {
  return new Filter(name);
};

var Filter = function (name) {
  this.name = name;
};

Filter.prototype.before = function (msg, session, next) {
  session.__order__ = (session.__order__ || []).concat(this.name);
  var body = this.name === 'global' ? msg.body : msg;
  if (body && body.stopAt === this.name) {
    next(new Error('stopped'), { stoppedAt: this.name });
    return;
  }
  if (this.name === 'global' && body && body.addMark) {
    body.mark = 'marked';
  }
  next();
};

Filter.prototype.after = function (err, msg, session, resp, next) {
  next(err);
};
