var count = 0;

// a plain object
module.exports.count = function (by, cb) {
  count += by;
  cb(null, count);
};
