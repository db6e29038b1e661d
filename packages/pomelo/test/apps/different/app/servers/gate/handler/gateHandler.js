exports.where = function (msg, session, next) {
  next(null, { from: session.frontendId });
};
