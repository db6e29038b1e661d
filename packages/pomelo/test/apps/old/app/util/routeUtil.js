// all that belongs to one room goes to one server
module.exports.area = function (session, msg, app, cb) {
  var areas = app.getServersByType('area');
  var room = typeof session === 'string' ? session : session && session.get('room');
  if (room === 'nowhere') {
    cb(new Error('there is no such room'));
    return;
  }
  areas = areas.slice().sort(function (a, b) {
    return a.id < b.id ? -1 : 1;
  });
  cb(null, areas[room === 'second' ? 1 : 0].id);
};
