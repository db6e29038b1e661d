module.exports = function (app, opts) {
  var service = {
    greet: function (who) {
      return opts.name + ' greets ' + who;
    },
    seen: [],
  };
  app.set('helloService', service, true);
  return { name: '__hello__', start: process.nextTick };
};
