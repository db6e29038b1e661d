// a checksum stands in for the package that the applications of old used
module.exports.dispatch = function (uid, connectors) {
  var index = Math.abs(checksum(uid)) % connectors.length;
  return connectors[index];
};

function checksum(text) {
  var sum = 0;
  for (var i = 0; i < String(text).length; i++) {
    sum = (sum * 31 + String(text).charCodeAt(i)) | 0;
  }
  return sum;
}
