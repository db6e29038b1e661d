var pomelo = require('pomelo');

var app = pomelo.createApp();
app.set('name', 'different');

app.configure('production|development', 'connector|gate', function () {
  app.set('connectorConfig', { connector: pomelo.connectors.hybridconnector, useDict: true });
});

app.configure('production|development', 'connector', function () {
  app.rpcBefore(function (serverId, msg, opts, next) {
    next(msg.method === 'forbidden' ? new Error('the filter refuses it') : undefined);
  });
});

app.event.on('start_all', function () {
  console.log(app.getServerId() + ' knows that all have started');
});

app.start();
