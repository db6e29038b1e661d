exports.ping = function (cb) {
  cb(null, 'pong');
};
