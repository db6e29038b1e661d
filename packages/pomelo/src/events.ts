/** What `app.event` emits. */
export const events = {
  /** The servers that are there now and were not. */
  ADD_SERVERS: 'add_servers',
  /** The ids of those that are there no more. */
  REMOVE_SERVERS: 'remove_servers',
  REPLACE_SERVERS: 'replace_servers',
  BIND_SESSION: 'bind_session',
  UNBIND_SESSION: 'unbind_session',
  CLOSE_SESSION: 'close_session',
  ADD_CRONS: 'add_crons',
  REMOVE_CRONS: 'remove_crons',
  /** This process has started: its id. */
  START_SERVER: 'start_server',
  /** All servers of the config have. */
  START_ALL: 'start_all',
} as const
