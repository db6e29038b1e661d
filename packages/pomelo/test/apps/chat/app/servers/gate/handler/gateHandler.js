var dispatcher = require('../../../util/dispatcher');

module.exports = function (app) {
  return new Handler(app);
};

var Handler = function (app) {
  this.app = app;
};

var handler = Handler.prototype;

handler.queryEntry = function (msg, session, next) {
  var uid = msg.uid;
  if (!uid) {
    next(null, {
      code: 500,
    });
    return;
  }
  connectors = this.app.getServersByType('connector');
  if (!connectors || connectors.length === 0) {
    next(null, {
      code: 500,
    });
    return;
  }
  var res = dispatcher.dispatch(uid, connectors);
  this.app.rpc.time.timeRemote.getCurrentTime(
    Math.floor(Math.random() * 10),
    'Hello',
    7,
    function (hour, min, sec) {
      console.log('Remote Time: ' + hour + ':' + min + ':' + sec);
      next(null, {
        code: 200,
        host: res.host,
        port: res.clientPort,
      });
    },
  );
};
