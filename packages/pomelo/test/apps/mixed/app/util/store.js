var fs = require('fs');
var path = require('path');

// in place of redis: sets of texts by their keys, in a file
var file = path.join(__dirname, '../../store.json');

function read() {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
}

function change(key, values, cb) {
  var all = read();
  all[key] = values;
  fs.writeFileSync(file, JSON.stringify(all));
  cb(null);
}

function without(key, value) {
  return (read()[key] || []).filter(function (each) {
    return each !== value;
  });
}

exports.add = function (key, value, cb) {
  change(key, without(key, value).concat(value), cb);
};

exports.remove = function (key, value, cb) {
  change(key, without(key, value), cb);
};

exports.removeAll = function (key, cb) {
  change(key, [], cb);
};

exports.load = function (key, cb) {
  cb(null, read()[key] || []);
};
