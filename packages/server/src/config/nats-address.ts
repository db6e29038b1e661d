/** Where a NATS server is, and who says so. */
export interface NatsAddress {
  /** With the port, if it has one. */
  readonly host: string
  /** Whether it is reached over TLS alone. */
  readonly isEncrypted: boolean
  readonly user?: string
  readonly password?: string
}

/** Returns the parts of `tls://user:password@host:4222`, of which only the host must be there; undefined for anything else. */
export function parseNatsAddress(text: string): NatsAddress | undefined {
  const parts =
    /^(?:(nats|tls):\/\/)?(?:([^\s/@:]*)(?::([^\s/@]*))?@)?([\w.-]+|\[[\da-f:.]+\])(?::(\d+))?$/i.exec(text)
  if (parts === null || Number(parts[5] ?? 1) > 65_535) return undefined
  const [, scheme, user, password, name = '', port] = parts
  return {
    host: port === undefined ? name : `${name}:${port}`,
    isEncrypted: scheme?.toLowerCase() === 'tls',
    ...(user !== undefined && { user: decode(user) }),
    ...(password !== undefined && { password: decode(password) }),
  }
}

/** What is not encoded is meant as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
