var pomelo = require('pomelo');

var app = pomelo.createApp();
app.set('name', 'coded');

// messages are lists: [id, route, body]
app.configure('production|development', 'connector', function () {
  app.set('connectorConfig', {
    connector: pomelo.connectors.hybridconnector,
    distinctHost: true,
    decode: function (msg, session) {
      var list = JSON.parse(msg.body.toString('utf8'));
      if (list[1] === 'drop') {
        return null;
      }
      return { id: list[0], route: list[1], body: { text: list[2], session: session.id, isConnector: !!this.send } };
    },
    encode: function (reqId, route, msg) {
      if (msg.asText) {
        return { id: reqId || 0, route: route, text: msg.asText };
      }
      return Buffer.from(JSON.stringify([reqId || 0, route, msg]));
    },
  });
});

app.event.on('start_all', function () {
  console.log(app.getServerId() + ' knows that all have started');
});

app.start();

process.on('uncaughtException', function (err) {
  console.error(' Caught exception: ' + err.stack);
});
