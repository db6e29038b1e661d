module.exports = function (app) {
  return new Cron(app);
};

var Cron = function (app) {
  this.app = app;
};

Cron.prototype.tick = function () {
  this.app.event.emit('cron_tick', this.app.getServerId());
};

Cron.prototype.added = function () {
  this.app.event.emit('cron_added');
};
