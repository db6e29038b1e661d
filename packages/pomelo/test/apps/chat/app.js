var pomelo = require('pomelo');
var routeUtil = require('./app/util/routeUtil');
var abuseFilter = require('./app/servers/chat/filter/abuseFilter');
var HelloWorld = require('./app/components/HelloWorld');
var timeReport = require('./app/modules/timeReport');

var app = pomelo.createApp();
app.set('name', 'chatofpomelo-websocket');

app.configure('production|development', 'connector', function () {
  app.set('connectorConfig', {
    connector: pomelo.connectors.hybridconnector,
    heartbeat: 3,
    useDict: true,
    useProtobuf: true,
    distinctHost: true,
  });
});

app.configure('production|development', 'gate', function () {
  app.set('connectorConfig', {
    connector: pomelo.connectors.hybridconnector,
    useDict: true,
    distinctHost: true,
  });
});

app.configure('production|development', function () {
  app.route('chat', routeUtil.chat);
  app.route('time', routeUtil.time);
  app.filter(pomelo.timeout());
  app.registerAdmin(timeReport, { app: app });
});

app.configure('production|development', 'chat', function () {
  app.filter(abuseFilter());
});

app.configure('production|development', 'master', function () {
  app.load(HelloWorld, { interval: 5000 });
});

app.event.on('start_all', function () {
  console.log(app.getServerId() + ' knows that all have started');
});

app.start();

process.on('uncaughtException', function (err) {
  console.error(' Caught exception: ' + err.stack);
});
