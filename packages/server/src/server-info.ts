/** One life of one server. */
export interface ServerAddress {
  readonly id: string
  /** New at each start, and larger than the one before, unless the clock was set back. */
  readonly incarnation: number
}

/** What servers know of one another. */
export interface ServerInfo extends ServerAddress {
  readonly type: string
  /** Whether clients connect to it. */
  readonly frontend: boolean
  /** The address that clients are told. */
  readonly host: string
  /** The port that clients connect to. Absent on back ends. */
  readonly clientPort?: number
  readonly pid: number
  /** The application's own keys of the server's entry in `config/servers.json`. */
  readonly settings: Readonly<Record<string, unknown>>
}
