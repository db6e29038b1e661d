module.exports.beforeStartup = function (app, cb) {
  app.trace.push('beforeStartup');
  cb();
};

module.exports.afterStartup = function (app, cb) {
  app.trace.push('afterStartup');
  cb();
};

module.exports.afterStartAll = function (app) {
  app.trace.push('afterStartAll');
};

module.exports.beforeShutdown = function (app, shutDown, cancelShutDownTimer) {
  console.log(app.serverId + ' will shut down');
  cancelShutDownTimer();
  shutDown();
};
