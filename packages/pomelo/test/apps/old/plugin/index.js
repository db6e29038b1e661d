module.exports = {
  components: __dirname + '/lib/components/',
  events: __dirname + '/lib/events/',
};
