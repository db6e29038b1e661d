export { type CloseReason, closeReasonOf, closeReasons, closeText } from './close.ts'
export { type Codec, decodeJson, encodeJson, jsonCodec } from './codec.ts'
export type * from './contract.ts'
export { buildDictionary, dictionaryText, RouteDictionary } from './dictionary.ts'
export {
  encodeId,
  encodeNotify,
  encodeNotifyPacket,
  encodePush,
  encodePushPacket,
  encodeRequest,
  encodeRequestPacket,
  encodeResponse,
  encodeResponsePacket,
} from './encode-message.ts'
export { ProtocolError } from './errors.ts'
export {
  decodeHandshakeAnswer,
  decodeHandshakeRequest,
  dictionaryOf,
  encodeHandshakeAnswer,
  encodeHandshakeRequest,
  handshakeAnswer,
  type HandshakeAnswer,
  type HandshakeClient,
  type HandshakeOffer,
  type HandshakeProtos,
  type HandshakeRequest,
  type HandshakeServer,
  isProtos,
} from './handshake.ts'
export { decodeKick, encodeKick, type Kick } from './kick.ts'
export { decodeMessage, isUnknownMessage, type Message, MessageType } from './message.ts'
export { PacketReader } from './packet-reader.ts'
export {
  BodyTooLargeError,
  decodePackets,
  encodePacket,
  maxPacketBodyBytes,
  type Packet,
  packetHeadBytes,
  PacketType,
} from './packet.ts'
export { encodeText } from './bytes.ts'
export { decodeText, encodeCesu8 } from './text.ts'
export { compileProtos } from './protobuf/compile.ts'
export { parseProtos, type ProtoTable, protosText } from './protobuf/definitions.ts'
export type { ProtoCodec } from './protobuf/proto-message.ts'
export type { TextForm } from './protobuf/proto-writer.ts'
