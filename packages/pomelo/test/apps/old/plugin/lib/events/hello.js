module.exports = function (app) {
  return new Listener(app);
};

var Listener = function (app) {
  this.app = app;
};

var pro = Listener.prototype;

pro.bind_session = function (session) {
  this.app.helloService.seen.push('bind ' + session.uid + ' ' + session.id);
};

pro.unbind_session = function (session) {
  this.app.helloService.seen.push('unbind ' + session.id);
};

pro.close_session = function (session) {
  this.app.helloService.seen.push('close ' + session.uid + ' ' + session.id);
  this.app.event.emit('plugin_saw_close', session.uid);
};

pro.add_servers = function (servers) {
  for (var i = 0; i < servers.length; i++) {
    this.app.helloService.seen.push('add ' + servers[i].id);
  }
};

pro.remove_servers = function (ids) {
  this.app.event.emit('plugin_saw_removal', ids);
};
