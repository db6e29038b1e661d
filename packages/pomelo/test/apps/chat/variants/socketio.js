var pomelo = require('pomelo');
var routeUtil = require('./app/util/routeUtil');

var app = pomelo.createApp();
app.set('name', 'chatofpomelo');

app.configure('production|development', 'connector', function () {
  app.set('connectorConfig', {
    connector: pomelo.connectors.sioconnector,
    transports: ['websocket', 'polling'],
    heartbeats: true,
    closeTimeout: 60 * 1000,
    heartbeatTimeout: 60 * 1000,
    heartbeatInterval: 25 * 1000,
  });
});

app.configure('production|development', 'gate', function () {
  app.set('connectorConfig', {
    connector: pomelo.connectors.sioconnector,
    transports: ['websocket', 'polling'],
  });
});

app.configure('production|development', function () {
  app.route('chat', routeUtil.chat);
  app.route('time', routeUtil.time);
  app.filter(pomelo.timeout());
});

app.event.on('start_all', function () {
  console.log(app.getServerId() + ' knows that all have started');
});

app.start();

process.on('uncaughtException', function (err) {
  console.error(' Caught exception: ' + err.stack);
});
