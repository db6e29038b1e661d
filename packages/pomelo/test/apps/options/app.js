var pomelo = require('pomelo');

var app = pomelo.createApp();
app.set('name', 'options');

app.configure('production|development', 'connector', function () {
  app.set('connectorConfig', {
    connector: pomelo.connectors.hybridconnector,
    distinctHost: true,
    useHostFilter: true,
    blacklistFun: function (cb) {
      cb(null, app.getServerId() === 'connector-server-2' ? ['127\\.0\\.0'] : ['^10\\.']);
    },
  });
  app.set('sessionConfig', { singleSession: true });
  app.set('pushSchedulerConfig', { scheduler: pomelo.pushSchedulers.buffer, flushInterval: 20 });
  app.globalBefore(function (msg, session, next) {
    next(msg.body && msg.body.stop ? new Error('stopped') : null);
  });
  app.set('globalErrorHandler', function (err, msg, resp, session, opts, cb) {
    cb(err, { global: err.message });
  });
});

app.configure('production|development', 'work', function () {
  app.before(pomelo.filters.toobusy());
  app.filter(pomelo.filters.time());
  app.filter(pomelo.filters.serial());
  app.set('serverConfig', { reloadHandlers: true, enableForwardLog: true });
  app.rpcFilter(pomelo.rpcFilters.rpcLog());
  app.set('errorHandler', function (err, msg, resp, session, opts, cb) {
    cb(null, { error: err.message, opts: opts });
  });
});

app.event.on('start_all', function () {
  console.log(app.getServerId() + ' knows that all have started');
});

app.start();

process.on('uncaughtException', function (err) {
  console.error(' Caught exception: ' + err.stack);
});
