module.exports.getCurrentTime = function (arg1, arg2, cb) {
  console.log('timeRemote - arg1: ' + arg1 + '; ' + 'arg2: ' + arg2);
  var d = new Date();
  cb(d.getHours(), d.getMinutes(), d.getSeconds());
};
