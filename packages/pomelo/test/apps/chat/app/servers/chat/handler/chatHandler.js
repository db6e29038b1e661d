var chatRemote = require('../remote/chatRemote');

module.exports = function (app) {
  return new Handler(app);
};

var Handler = function (app) {
  this.app = app;
};

var handler = Handler.prototype;

handler.send = function (msg, session, next) {
  var rid = session.get('rid');
  var username = session.uid.split('*')[0];
  var channelService = this.app.get('channelService');
  var param = {
    msg: msg.content,
    from: username,
    target: msg.target,
  };
  channel = channelService.getChannel(rid, false);

  if (msg.target == '*') {
    // the target is all users
    channel.pushMessage('onChat', param);
  } else {
    // the target is a specific user
    var tuid = msg.target + '*' + rid;
    var tsid = channel.getMember(tuid)['sid'];
    channelService.pushMessageByUids('onChat', param, [
      {
        uid: tuid,
        sid: tsid,
      },
    ]);
  }
  next(null, {
    route: msg.route,
  });
};
