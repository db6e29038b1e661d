module.exports.beforeShutdown = function (app, shutDown, cancelShutDownTimer) {
  console.log(app.getServerId() + ' shuts down');
  cancelShutDownTimer();
  shutDown();
};
