/** An answer that says no, as a request rejects with it: a number known from HTTP, and what the server added. */
export interface Failure {
  readonly code: number
  readonly message: string
  readonly body?: unknown
}

/** Why one cannot enter. */
export interface Refusal {
  /** `taken` may pass: the name's old connection may be about to end. `illegal` stays. `busy` is the servers' trouble. */
  readonly kind: 'taken' | 'illegal' | 'busy'
  readonly text: string
}

/** Returns why `failure` kept `name` out of `room`. */
export function refusalOf(failure: Failure, name: string, room: string): Refusal {
  if (failure.code === 400) return { kind: 'illegal', text: sentence(failure.message) }
  if (failure.code === 403) return { kind: 'illegal', text: `You may not enter ${room}.` }
  if (isObject(failure.body) && failure.body['error'] === true) {
    return { kind: 'taken', text: `Somebody in ${room} is called ${name} already. Choose another name.` }
  }
  return { kind: 'busy', text: 'The chat lets nobody in just now.' }
}

/** Returns why it takes long to get in, when an attempt failed with `error`. */
export function delayText(error: unknown): string {
  // only the servers' own answers have a body
  const answered = isObject(error) && error['body'] !== undefined
  return answered
    ? 'The chat lets nobody in just now. Still trying…'
    : 'The chat does not answer. Still trying…'
}

/** Returns why a message to `target` did not get through. */
export function unsentText(failure: Failure, target: string): string {
  // without a body it is the client's own: the deadline passed, or the connection broke
  if (failure.body === undefined) return 'No answer came: it may have arrived or not.'
  switch (failure.code) {
    case 400:
    case 413:
      return `Not sent: ${failure.message}.`
    case 404:
      return `Not sent: ${target} is not here any more.`
    case 429:
      return 'Not sent: too many messages at once.'
    default:
      return 'Not sent: the servers had a problem.'
  }
}

/** Returns what to say of a connection that ended for good. */
export function endText(reason: { reason: string; kick?: string } | undefined): string {
  switch (reason?.reason) {
    case 'kicked':
      return reason.kick ? `You were sent out: ${reason.kick}.` : 'You were sent out.'
    case 'large':
      return 'A message was too long for the chat, which closed the connection.'
    case 'refused':
      return 'The chat does not accept this page. Load it again.'
    case undefined:
    default:
      return 'The connection ended. Enter again.'
  }
}

function sentence(text: string): string {
  const [first = '', ...rest] = text
  return `${first.toUpperCase()}${rest.join('')}.`.replace(/\.\.$/, '.')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
