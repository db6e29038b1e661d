import type { WebSocketConstructor, WebSocketLike } from '@shaddock/client'
import { closeReasons, closeText, encodePacket } from '@shaddock/protocol'
import type { CloseReason } from '@shaddock/protocol'
import type { MemoryClient } from '../transport/memory.ts'

/**
 * Returns a stand-in for WebSocket whose URLs are server ids: the client's own code runs over it, without a network.
 * `open` throws for a server that is not there.
 */
export function createMemorySocket(open: (serverId: string) => MemoryClient): WebSocketConstructor {
  return class MemorySocket implements WebSocketLike {
    binaryType = 'arraybuffer'
    onopen: ((event: never) => void) | null = null
    onmessage: ((event: never) => void) | null = null
    onerror: ((event: never) => void) | null = null
    onclose: ((event: never) => void) | null = null
    #client: MemoryClient | undefined
    #closed = false

    constructor(serverId: string) {
      queueMicrotask(() => this.#connect(serverId))
    }

    send(data: Uint8Array): void {
      this.#client?.send(data)
    }

    close(): void {
      this.#closed = true
      this.#client?.close()
    }

    #connect(serverId: string): void {
      if (this.#closed) return emit(this.onclose, { code: closeReasons.client.code })
      try {
        const client = open(serverId)
        client.onPacket = (type, body) =>
          emit(this.onmessage, { data: new Uint8Array(encodePacket(type, body)).buffer })
        client.onClose = (reason: CloseReason) =>
          emit(this.onclose, { code: reason.code, reason: closeText(reason) })
        this.#client = client
        emit(this.onopen, {})
      } catch (error) {
        emit(this.onerror, { error })
        emit(this.onclose, { code: closeReasons.lost.code })
      }
    }
  }
}

function emit(listener: ((event: never) => void) | null, event: object): void {
  listener?.(event as never)
}
