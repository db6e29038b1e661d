module.exports = function (app) {
  return new Remote(app);
};

var Remote = function (app) {
  this.app = app;
  this.secret = 'mine';
};

var pro = Remote.prototype;

// a callback without an error first
pro.values = function (number, nothing, object, cb) {
  cb(number, nothing, object, 'more');
};

pro.where = function (cb) {
  cb(null, this.app.getServerId());
};

pro.note = function (what, cb) {
  this.noted = what;
  cb(null, 'ignored');
};

pro.error = function (cb) {
  cb(new Error('remote error'));
};

pro.throws = function (cb) {
  throw new Error('remote throws');
};

pro.refused = function (cb) {
  cb(null);
};

pro.self = function (cb) {
  cb(null, this.secret);
};

pro.silent = function (text, cb) {
  this.app.lastNotified = text;
};
