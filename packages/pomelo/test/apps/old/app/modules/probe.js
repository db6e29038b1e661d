module.exports = function (opts, consoleService) {
  return new Module(opts, consoleService);
};

module.exports.moduleId = 'probe';

var Module = function (opts, consoleService) {
  this.app = opts.app;
  this.type = 'pull';
  this.interval = 1;
};

Module.prototype.start = function (cb) {
  cb();
};

Module.prototype.monitorHandler = function (agent, msg, cb) {
  if (msg && msg.ask) {
    cb(null, { id: agent.id, type: agent.type, answer: msg.ask + '!' });
    return;
  }
  agent.notify('probe', { from: agent.id });
};

Module.prototype.masterHandler = function (agent, msg) {
  if (!msg) {
    agent.notifyAll('probe', 'tell');
    return;
  }
  var seen = agent.get('probe') || {};
  seen[msg.from] = true;
  agent.set('probe', seen);
};

Module.prototype.clientHandler = function (agent, msg, cb) {
  if (msg.what === 'seen') {
    cb(null, agent.get('probe') || {});
    return;
  }
  if (msg.what === 'servers') {
    cb(null, Object.keys(agent.idMap).sort());
    return;
  }
  agent.request(msg.serverId, 'probe', { ask: msg.what }, function (err, res) {
    cb(err, res);
  });
};
