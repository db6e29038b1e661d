'use strict';

module.exports = class AreaRemote {
  constructor(app) {
    this.app = app;
    console.log('the remote was loaded by ' + app.getServerId());
  }

  where(cb) {
    cb(null, this.app.getServerId(), process.pid);
  }

  refuse(cb) {
    const error = new Error('too late');
    error.code = 'LATE';
    cb(error);
  }

  async rejects(cb) {
    throw new Error('never again');
  }

  silent(cb) {}
};
