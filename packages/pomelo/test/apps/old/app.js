var pomelo = require('pomelo');
var routeUtil = require('./app/util/routeUtil');
var markFilter = require('./app/filters/markFilter');
var counter = require('./app/components/counter');
var probe = require('./app/modules/probe');
var plugin = require('./plugin');

var app = pomelo.createApp();
app.set('name', 'old');
app.set('trace', [], true);
app.enable('enabledFlag');
app.disable('disabledFlag');

app.configure('production|development', function () {
  app.set('everywhere', true);
  app.registerAdmin(probe, { app: app });
  app.route('area', routeUtil.area);
});

app.configure('production', function () {
  app.set('production', true);
});

app.configure('all', 'master|connector', function () {
  app.set('masterOrConnector', true);
});

app.configure('development', 'connector', function () {
  app.set('connectorConfig', {
    connector: pomelo.connectors.hybridconnector,
    heartbeat: 3,
    useDict: true,
    useProtobuf: true,
    distinctHost: true,
    handshake: function (msg, cb) {
      if (msg.user && msg.user.secret === 'wrong') {
        cb(new Error('go away'));
        return;
      }
      cb(null, { hello: msg.user && msg.user.name });
    },
    checkClient: function (type, version) {
      return version !== 'ancient';
    },
  });
  app.globalFilter(markFilter('global'));
});

app.configure('development', 'connector|area', function () {
  app.before(function (msg, session, next) {
    // function filters run before and object filters after, in the order of their registration
    session.__order__ = ['function'];
    next();
  });
  app.filter(markFilter('local'));
  app.filter(pomelo.timeout());
  app.set('errorHandler', function (err, msg, resp, session, cb) {
    if (err.message === 'mend me') {
      cb(null, { mended: true });
      return;
    }
    cb(err, resp);
  });
  app.rpcFilter({
    name: 'rpcMark',
    before: function (serverId, msg, opts, next) {
      if (msg.method === 'refused') {
        next(new Error('refused by the filter'));
        return;
      }
      next();
    },
    after: function (serverId, msg, opts, next) {
      if (msg.namespace === 'user') {
        app.lastRpc = msg.service + '.' + msg.method;
      }
      next();
    },
  });
  app.load(counter, { from: 5 });
  app.use(plugin, { hello: { name: 'plugin' } });
});

app.event.on('start_all', function () {
  console.log(app.getServerId() + ' knows that all have started');
});

app.start(function (err) {
  console.log(app.getServerId() + ' was called back with ' + err);
});

process.on('uncaughtException', function (err) {
  console.error(' Caught exception: ' + err.stack);
});
