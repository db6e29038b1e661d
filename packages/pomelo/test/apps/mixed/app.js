var pomelo = require('pomelo');
var globalChannel = require('pomelo-globalchannel-plugin');
var status = require('pomelo-status-plugin');
var store = require('./app/util/store');

var app = pomelo.createApp();
app.set('name', 'mixed');

// as in the tutorial, no connector is configured
app.configure('production|development', function () {
  app.use(globalChannel, { globalChannel: { host: '127.0.0.1', port: 6379, db: '0' } });
  app.use(status, { status: { host: '127.0.0.1', port: 6379 } });
});

app.configure('production|development', 'chat', function () {
  app.set('channelConfig', { prefix: 'py', store: store });
});

app.event.on('start_all', function () {
  console.log(app.getServerId() + ' knows that all have started');
});

app.start();

process.on('uncaughtException', function (err) {
  console.error(' Caught exception: ' + err.stack);
});
