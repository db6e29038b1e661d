import { createHash, timingSafeEqual } from 'node:crypto'
import type { App } from '../app.ts'
import type { AnyFunction } from '../callback.ts'
import { readConfigFile } from '../config/config-file.ts'

/** Who uses a tool: an entry of adminUser.json. */
export interface AdminUser {
  readonly id?: string
  readonly username: string
  readonly password: string
  /** 1 may do everything, others may look. */
  readonly level: number
}

/** What a tool says of who uses it. All of it is untrusted. */
export interface Credentials {
  readonly username?: unknown
  readonly password?: unknown
  /** Whether the password is its MD5. */
  readonly md5?: unknown
}

/** Resolves with who that is, or with nothing: as `masterConfig.authUser` says, or else adminUser.json. */
export async function authenticate(app: App, credentials: Credentials): Promise<AdminUser | undefined> {
  const { authUser } = (app.get('masterConfig') ?? {}) as { authUser?: unknown }
  if (typeof authUser !== 'function') return findUser(app, credentials)
  return new Promise((resolve) => {
    ;(authUser as AnyFunction).call(undefined, credentials, app.env, (user: unknown) =>
      resolve((user as AdminUser | null) ?? undefined),
    )
  })
}

function findUser(app: App, { username, password, md5 }: Credentials): AdminUser | undefined {
  const users = readConfigFile(app.base, app.env, 'config/adminUser.json')?.value
  if (!Array.isArray(users) || typeof password !== 'string') return undefined
  return (users as AdminUser[]).find(
    (user) =>
      user.username === username && isEqual(md5 ? hash('md5', user.password) : user.password, password),
  )
}

/** Takes the same time whatever differs. */
function isEqual(expected: string, given: string): boolean {
  return timingSafeEqual(Buffer.from(hash('sha256', expected)), Buffer.from(hash('sha256', given)))
}

function hash(algorithm: string, text: string): string {
  return createHash(algorithm).update(String(text)).digest('hex')
}
