/** What a link needs of a WebSocket: that of browsers, of Node, or of the `ws` package. */
export interface WebSocketLike {
  binaryType: string
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  send(data: Uint8Array<ArrayBuffer>): void
  close(code?: number): void
}

export type WebSocketConstructor = new (url: string) => WebSocketLike
