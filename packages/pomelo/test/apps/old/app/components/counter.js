module.exports = function (app, opts) {
  return new Counter(app, opts);
};

var Counter = function (app, opts) {
  this.app = app;
  this.count = opts.from;
  this.name = '__counter__';
};

var pro = Counter.prototype;

pro.start = function (cb) {
  this.app.trace.push('start');
  setTimeout(cb, 1);
};

pro.afterStart = function (cb) {
  this.app.trace.push('afterStart');
  process.nextTick(cb);
};

pro.stop = function (force, cb) {
  console.log(this.app.serverId + ' counter stops');
  process.nextTick(cb);
};
