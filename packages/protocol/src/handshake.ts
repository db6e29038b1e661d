import { decodeJson, encodeJson } from './codec.ts'
import { RouteDictionary } from './dictionary.ts'
import { ProtocolError } from './errors.ts'
import type { ProtoTable } from './protobuf/definitions.ts'

/** The body of the packet with which a client begins. All of it is untrusted. */
export interface HandshakeRequest {
  sys: HandshakeClient
  /** Anything the application agreed on with its clients. */
  user?: unknown
}

/** What a client says of itself. */
export interface HandshakeClient {
  /** The library: `js-websocket`, `unity-socket`, a platform. */
  type?: string
  version?: string
  /** The version of the dictionary that the client kept. */
  dictVersion?: string
  /** The version of the protobuf definitions that it kept; 0 for none. */
  protoVersion?: string | number | undefined
  /** The public key of a client that signs its messages. */
  rsa?: unknown
  [key: string]: unknown
}

/** The body of the packet that answers a handshake. */
export interface HandshakeAnswer {
  /** 200 accepts, 501 refuses the client's type or version, 500 refuses for any other reason. */
  code: 200 | 500 | 501
  /** Present when `code` is 200. */
  sys?: HandshakeServer
  user?: unknown
}

/** What a server tells a client that it accepts. */
export interface HandshakeServer {
  /** Seconds between heartbeats; absent when the server wants none. */
  heartbeat?: number | undefined
  /** The dictionary, route → code, for the clients that do not read `routeToCode`. */
  dict?: Readonly<Record<string, number>> | undefined
  routeToCode?: Readonly<Record<string, number>> | undefined
  codeToRoute?: Readonly<Record<string, string>> | undefined
  dictVersion?: string | undefined
  /** Whether routes may come as codes. The dictionary is absent when the client holds it already. */
  useDict?: boolean | undefined
  protos?: HandshakeProtos | undefined
  /** Whether bodies come in protobuf where there is a definition. `protos` is absent when the client holds it already. */
  useProto?: boolean | undefined
}

/** The protobuf definitions of a server. */
export interface HandshakeProtos {
  /** Of what the server sends: pushes by their route, and answers by the route of the request. */
  readonly server: ProtoTable
  /** Of what it receives. */
  readonly client: ProtoTable
  /** What a client and a server compare to know whether they hold the same; empty when there are no definitions. */
  readonly version: string
}

/** What a server has to tell any client. */
export interface HandshakeOffer {
  heartbeatSeconds?: number | undefined
  dictionary?: RouteDictionary | undefined
  protos?: HandshakeProtos | undefined
  /** The answer of the application; left out when falsy. */
  user?: unknown
}

/** Returns the answer that accepts a client: what it needs of `offer`, without the dictionary and definitions that it kept. */
export function handshakeAnswer(offer: HandshakeOffer, request: HandshakeRequest): HandshakeAnswer {
  const { heartbeatSeconds, dictionary, protos, user } = offer
  const sys: HandshakeServer = {
    ...(heartbeatSeconds !== undefined && { heartbeat: heartbeatSeconds }),
    ...(dictionary && dictionaryFields(dictionary, request.sys)),
    ...(protos && protoFields(protos, request.sys)),
  }
  return user ? { code: 200, sys, user } : { code: 200, sys }
}

// libpomelo2 aborts unless it gets the dictionary in both directions and its version, or none of the three
function dictionaryFields(dictionary: RouteDictionary, client: HandshakeClient): HandshakeServer {
  const { routeToCode, codeToRoute, version } = dictionary
  if (version !== '' && client.dictVersion === version) return { useDict: true }
  return { dict: routeToCode, routeToCode, codeToRoute, dictVersion: version, useDict: true }
}

function protoFields(protos: HandshakeProtos, client: HandshakeClient): HandshakeServer {
  if (protos.version !== '' && client.protoVersion === protos.version) return { useProto: true }
  return { protos, useProto: true }
}

/**
 * Returns the dictionary that an answer brought, if it did.
 * @throws {ProtocolError} Its codes cannot be those of routes.
 */
export function dictionaryOf(server: HandshakeServer): RouteDictionary | undefined {
  const { dict, routeToCode = dict, codeToRoute = {}, dictVersion } = server
  if (!routeToCode) return undefined
  const read = Object.entries(codeToRoute).map(([code, route]): [string, number] => [route, Number(code)])
  try {
    return new RouteDictionary([...read, ...Object.entries(routeToCode)], dictVersion)
  } catch (error) {
    throw new ProtocolError('handshake answer with a broken dictionary', { cause: error })
  }
}

export function encodeHandshakeRequest(request: HandshakeRequest): Uint8Array {
  return encodeJson(request)
}

/**
 * Returns an untrusted request. A `type`, `version`, `dictVersion` or `protoVersion` of the wrong type is left out.
 * @throws {ProtocolError} Not an object with an object `sys`.
 */
export function decodeHandshakeRequest(body: Uint8Array): HandshakeRequest {
  const request = decodeJson(body)
  if (!isObject(request) || !isObject(request['sys'])) throw new ProtocolError('handshake without sys')
  const sys: HandshakeClient = request['sys']
  for (const name of ['type', 'version', 'dictVersion', 'protoVersion']) {
    const legal = typeof sys[name] === 'string' || (name === 'protoVersion' && typeof sys[name] === 'number')
    if (!legal) Reflect.deleteProperty(sys, name)
  }
  return { ...request, sys }
}

/** Writes the keys in Pomelo's order, whatever theirs. */
export function encodeHandshakeAnswer({ code, sys, user }: HandshakeAnswer): Uint8Array {
  return encodeJson({ code, sys: sys && orderedFields(sys), user })
}

function orderedFields(sys: HandshakeServer): HandshakeServer {
  const { heartbeat, dict, routeToCode, codeToRoute, dictVersion, useDict, protos, useProto } = sys
  return { heartbeat, dict, routeToCode, codeToRoute, dictVersion, useDict, protos, useProto }
}

/**
 * Returns the untrusted answer of a server.
 * @throws {ProtocolError} No object, a code that is none of ours, or accepted with a `sys` that is malformed.
 */
export function decodeHandshakeAnswer(body: Uint8Array): HandshakeAnswer {
  const answer = decodeJson(body)
  if (!isObject(answer)) throw new ProtocolError('handshake answer is no object')
  const { code, sys, user } = answer as Record<'code' | 'sys' | 'user', unknown>
  if (code === 500 || code === 501) return { code }
  if (code !== 200) throw new ProtocolError(`handshake answer with code ${String(code)}`)
  if (!isObject(sys) || !isServer(sys)) throw new ProtocolError('handshake answer with a malformed sys')
  return user === undefined ? { code, sys } : { code, sys, user }
}

function isServer(sys: Record<string, unknown>): sys is HandshakeServer & Record<string, unknown> {
  const { heartbeat, dict, routeToCode, codeToRoute, dictVersion, protos } = sys as Record<
    keyof HandshakeServer,
    unknown
  >
  return (
    (heartbeat === undefined || typeof heartbeat === 'number') &&
    (dict === undefined || isTable(dict, 'number')) &&
    (routeToCode === undefined || isTable(routeToCode, 'number')) &&
    (codeToRoute === undefined || isTable(codeToRoute, 'string')) &&
    (dictVersion === undefined || typeof dictVersion === 'string') &&
    (protos === undefined || isProtos(protos))
  )
}

/** Looks no deeper: what the tables hold is checked when they are compiled. */
export function isProtos(value: unknown): value is HandshakeProtos {
  return (
    isObject(value) &&
    isObject(value['server']) &&
    isObject(value['client']) &&
    typeof value['version'] === 'string'
  )
}

function isTable(value: unknown, type: 'number' | 'string'): boolean {
  return isObject(value) && Object.values(value).every((each) => typeof each === type)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
