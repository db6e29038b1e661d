import { type Codec, compileProtos, type HandshakeProtos } from '@shaddock/protocol'

/**
 * Returns a codec that speaks protobuf where a server's definitions say so, and `codec` elsewhere.
 * @throws {ProtocolError} They are no definitions.
 */
export function protoCodec(protos: HandshakeProtos, codec: Codec): Codec {
  const sent = compileProtos(protos.client)
  const received = compileProtos(protos.server)
  return {
    encode: (route, value) => sent.get(route)?.encode(value) ?? codec.encode(route, value),
    decode: (route, body) => received.get(route)?.decode(body) ?? codec.decode(route, body),
  }
}
