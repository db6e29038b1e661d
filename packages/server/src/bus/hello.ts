import { ProtocolError } from '@shaddock/protocol'
import { frameKinds, frameOf } from './frame.ts'
import type { Frame } from './frame.ts'

/** What each side of a link says first. */
export interface Hello {
  readonly version: number
  readonly name: string
  /** The number and the subject of each subscription so far. */
  readonly subjects: readonly (readonly [number, string])[]
  /** The ids of those whom it has links to, where no folder tells. */
  readonly others?: readonly string[]
}

/** The version of what is said on links. Processes of different ones do not link. */
export const linkVersion = 1

export function encodeHello(name: string, subjects: Hello['subjects'], others: Hello['others'] = []): Frame {
  const hello: Hello = { version: linkVersion, name, subjects, others }
  return frameOf(frameKinds.hello, 0, 0, Buffer.from(JSON.stringify(hello)))
}

/** @throws {ProtocolError} the frame is no hello. */
export function decodeHello({ kind, body }: Frame): Hello {
  if (kind !== frameKinds.hello) throw new ProtocolError(`frame of kind ${kind} before a hello`)
  const hello = parse(body)
  if (!isHello(hello)) throw new ProtocolError('hello is malformed')
  return hello
}

/** Returns the error for a hello of another version. */
export function versionError({ name, version }: Hello): ProtocolError {
  return new ProtocolError(
    `${name} speaks version ${version} of the link protocol, this process ${linkVersion}`,
  )
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch (cause) {
    throw new ProtocolError('hello is not JSON', { cause })
  }
}

function isHello(value: unknown): value is Hello {
  if (typeof value !== 'object' || value === null) return false
  const { version, name, subjects, others = [] } = value as Partial<Record<keyof Hello, unknown>>
  return (
    typeof version === 'number' &&
    typeof name === 'string' &&
    Array.isArray(subjects) &&
    subjects.every(isSubject) &&
    Array.isArray(others) &&
    others.every((id) => typeof id === 'string')
  )
}

function isSubject(value: unknown): value is Hello['subjects'][number] {
  return Array.isArray(value) && Number.isInteger(value[0]) && typeof value[1] === 'string'
}
