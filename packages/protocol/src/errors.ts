/** A violation of the wire protocol by the other side: bytes that mean nothing, or more of them than are allowed. */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError'
}
