module.exports = function (app) {
  return new Handler(app);
};

var Handler = function (app) {
  this.app = app;
};

var pro = Handler.prototype;

pro.echo = function (msg, session, next) {
  next(null, { msg: msg, order: session.__order__ });
};

pro.info = function (msg, session, next) {
  var app = this.app;
  var connectors = app.getServersByType('connector').map(function (server) {
    return server.id;
  });
  next(null, {
    serverId: app.getServerId(),
    sameId: app.serverId === app.getServerId() && app.get('serverId') === app.serverId,
    serverType: app.getServerType(),
    frontend: app.isFrontend(),
    backend: app.isBackend(),
    master: app.isMaster(),
    frontendField: app.curServer.frontend,
    clientPort: typeof app.curServer.clientPort,
    region: app.getCurServer().region,
    number: app.curServer.number,
    env: app.get('env'),
    masterId: app.getMaster().id,
    connectors: connectors.sort(),
    types: app.getServerTypes().slice().sort(),
    nobody: typeof app.getServersByType('nobody'),
    areaRegion: app.getServerById('area-server-1').region,
    fromConfig: Object.keys(app.getServersFromConfig()).sort(),
    settings: [app.get('everywhere'), app.get('production'), app.get('masterOrConnector')],
    flags: [app.enabled('enabledFlag'), app.enabled('disabledFlag'), app.disabled('disabledFlag')],
    trace: app.trace,
    counter: app.components.__counter__.count,
    greeting: app.get('helloService').greet('you'),
    rpcNobody: typeof app.rpc.nobody,
  });
};

pro.enter = function (msg, session, next) {
  session.set('room', msg.room);
  session.set('unpushed', true);
  session.on('closed', function (session, reason) {
    lastClosed = { uid: session.uid, room: session.get('room'), unpushed: session.get('unpushed') };
  });
  session.bind(msg.uid, function (err) {
    if (err) {
      next(null, { code: 500, why: err.message });
      return;
    }
    session.push('room', function () {
      next(null, { uid: session.uid, id: session.id, frontendId: session.frontendId });
    });
  });
};

pro.leave = function (msg, session, next) {
  session.unbind(msg.uid, function (err) {
    next(null, { why: err ? err.message : 'none', uid: session.uid });
  });
};

pro.look = function (msg, session, next) {
  var exported = session.export();
  next(null, { settings: session.settings, uid: session.uid, keys: Object.keys(exported).sort() });
};

pro.lastClosed = function (msg, session, next) {
  next(null, typeof lastClosed === 'undefined' ? {} : lastClosed);
};

pro.seen = function (msg, session, next) {
  next(null, { seen: this.app.helloService.seen });
};

pro.fail = function (msg, session, next) {
  switch (msg.how) {
    case 'error':
      next(new Error('no'));
      break;
    case 'response':
      next(new Error('no'), { why: 'because' });
      break;
    case 'code':
      next(new Error('no'), { code: 7, why: 'because' });
      break;
    case 'mend':
      next(new Error('mend me'));
      break;
    case 'nothing':
      next();
      break;
    case 'null':
      next(null);
      break;
    case 'array':
      next(null, [1, 2]);
      break;
    case 'text':
      next(null, 'text');
      break;
  }
};

pro.services = function (msg, session, next) {
  var sessionService = this.app.get('sessionService');
  var own = sessionService.get(session.id);
  var found = sessionService.getByUid(msg.uid);
  next(null, {
    own: own.id === session.id,
    found: found ? found.length : typeof found,
    nobody: typeof sessionService.getByUid('nobody'),
    count: sessionService.getSessionsCount() > 0,
    address: typeof sessionService.getClientAddressBySessionId(session.id).ip,
    noAddress: sessionService.getClientAddressBySessionId(123456),
    sameAs: this.app.sessionService === sessionService,
    components: !!this.app.components.__connector__ && !!this.app.components.__session__,
  });
};

pro.kick = function (msg, session, next) {
  var sessionService = this.app.get('sessionService');
  if (msg.how === 'reason') {
    sessionService.kick(msg.uid, 'too loud', done);
  } else if (msg.how === 'old') {
    sessionService.kick(msg.uid, done);
  } else {
    sessionService.kick(msg.uid);
    done();
  }
  function done(err) {
    next(null, { err: err || null, left: typeof sessionService.getByUid(msg.uid) });
  }
};

pro.broadcast = function (msg, session, next) {
  this.app.get('channelService').broadcast('connector', 'onNews', { text: msg.text }, { binded: msg.binded }, function (err) {
    next(null, { err: err || null });
  });
};

pro.push = function (msg, session, next) {
  this.app.get('channelService').pushMessageByUids('onNote', { text: msg.text }, msg.uids, function (err, fails) {
    next(null, { err: err ? err.message : null, fails: fails || null });
  });
};

// what a remote calls back with, and what becomes of its arguments
pro.rpc = function (msg, session, next) {
  var app = this.app;
  var remote = app.rpc.area.areaRemote;
  var done = function () {
    next(null, { args: Array.prototype.slice.call(arguments), lastRpc: app.lastRpc });
  };
  var failed = function (err) {
    next(null, { failed: !!err, args: arguments.length });
  };
  switch (msg.how) {
    case 'values':
      remote.values(session, 1, undefined, { when: new Date(0) }, done);
      break;
    case 'where':
      remote.where(msg.room, done);
      break;
    case 'to':
      remote.where.toServer('area-server-2', done);
      break;
    case 'all':
      remote.note.toServer('*', 'x', function () {
        next(null, { args: arguments.length, err: arguments[0] || null });
      });
      break;
    case 'error':
      remote.error(session, failed);
      break;
    case 'throw':
      remote.throws(session, failed);
      break;
    case 'missing':
      app.rpcInvoke('area-server-1', { namespace: 'user', service: 'areaRemote', method: 'missing', args: [] }, failed);
      break;
    case 'nowhere':
      remote.where('nowhere', failed);
      break;
    case 'invoke':
      app.rpcInvoke('area-server-2', { namespace: 'user', serverType: 'area', service: 'areaRemote', method: 'where', args: [] }, done);
      break;
    case 'class':
      remote.self(session, done);
      break;
    case 'oneWay':
      remote.silent(session, 'psst', null);
      next(null, {});
      break;
  }
};
