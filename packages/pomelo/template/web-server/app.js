var fs = require('fs');
var path = require('path');
var protocol = require('$protocol');

var port = 3001;
var files = {
  '/': path.join(__dirname, 'public/index.html'),
  '/index.html': path.join(__dirname, 'public/index.html'),
  '/pomelo.js': path.join(path.dirname(require.resolve('@shaddock/client')), 'shaddock-client.classic.js'),
};
var types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };

protocol
  .createServer(/* $ssl */ function (req, res) {
    var file = files[req.url.split('?')[0]];
    if (!file) {
      res.writeHead(404);
      res.end();
      return;
    }
    res.writeHead(200, { 'Content-Type': types[path.extname(file)] });
    fs.createReadStream(file).pipe(res);
  })
  .listen(port, function () {
    console.log('Web server has started. Please log on $protocol://127.0.0.1:' + port + '/index.html');
  });
