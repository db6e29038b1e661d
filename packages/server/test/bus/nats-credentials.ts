import { nkeys } from '@nats-io/transport-node'

/** What a NATS server and its clients need to know one another by signed tokens. */
export interface Credentials {
  /** What the server's config says. */
  readonly config: string
  /** The content of a client's file. */
  readonly file: string
}

/** Returns the credentials of one user of one account of one operator. */
export function createCredentials(): Credentials {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()]
  const operatorToken = sign(operator, operator, { type: 'operator' })
  const accountToken = sign(account, operator, { type: 'account', limits: unlimited })
  const userToken = sign(user, account, { type: 'user', subs: -1, data: -1, payload: -1 })
  const preload = `${account.getPublicKey()}: ${accountToken}`
  return {
    config: `operator: ${operatorToken}\nresolver: MEMORY\nresolver_preload: { ${preload} }`,
    file: [
      '-----BEGIN NATS USER JWT-----',
      userToken,
      '------END NATS USER JWT------',
      '',
      '-----BEGIN USER NKEY SEED-----',
      Buffer.from(user.getSeed()).toString(),
      '------END USER NKEY SEED------',
      '',
    ].join('\n'),
  }
}

type KeyPair = ReturnType<typeof nkeys.createUser>

const unlimited = {
  subs: -1,
  data: -1,
  payload: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
  conn: -1,
  leaf: -1,
}

function sign(subject: KeyPair, issuer: KeyPair, claims: object): string {
  const [sub, iss] = [subject.getPublicKey(), issuer.getPublicKey()]
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = encode({ typ: 'JWT', alg: 'ed25519-nkey' })
  const body = encode({ jti: sub, iat: 1, iss, sub, name: 'test', nats: { version: 2, ...claims } })
  const signature = issuer.sign(Buffer.from(`${head}.${body}`))
  return `${head}.${body}.${Buffer.from(signature).toString('base64url')}`
}
