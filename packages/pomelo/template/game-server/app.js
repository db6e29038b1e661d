var fs = require('fs');
var path = require('path');
var pomelo = require('pomelo');

/**
 * Init app for client.
 */
var app = pomelo.createApp();
app.set('name', '$name');

// app configuration
app.configure('production|development', 'connector', function () {
  app.set('connectorConfig', {
    connector: pomelo.connectors.$connector,
    heartbeat: 3,
    useDict: true,
    useProtobuf: true,
    // $ssl
  });
});

// start app
app.start();

process.on('uncaughtException', function (err) {
  console.error(' Caught exception: ' + err.stack);
});
