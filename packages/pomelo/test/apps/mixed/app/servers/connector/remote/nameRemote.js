// an old remote, which a module in TypeScript calls
exports.nameOf = function (uid, cb) {
  cb(null, 'the one and only ' + uid);
};
