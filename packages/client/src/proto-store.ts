import { compileProtos, type HandshakeProtos, isProtos } from '@shaddock/protocol'

/** Keeps a server's protobuf definitions from one connection to the next, so that they need not be sent again. */
export interface ProtoStore {
  /** Returns the definitions that were saved last, if they are any. */
  load(): HandshakeProtos | undefined
  save(protos: HandshakeProtos): void
}

/** Keeps them in the page's storage, where Pomelo's own client does: a page may go from the one to the other. */
export const pageProtoStore: ProtoStore = {
  load: () => attempt(() => toProtos(pageStorage()?.getItem(storageKey))),
  save: (protos) => attempt(() => pageStorage()?.setItem(storageKey, JSON.stringify(protos))),
}

const storageKey = 'protos'

interface PageStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

function pageStorage(): PageStorage | undefined {
  // Cocos has it elsewhere, and Node has none
  const { localStorage, sys } = globalThis as {
    localStorage?: PageStorage
    sys?: { localStorage?: PageStorage }
  }
  return localStorage ?? sys?.localStorage
}

function toProtos(text: string | null | undefined): HandshakeProtos | undefined {
  if (!text) return undefined
  const protos: unknown = JSON.parse(text)
  if (!isProtos(protos)) return undefined
  compileProtos(protos.server)
  compileProtos(protos.client)
  return protos
}

/** A page may be forbidden its storage, or have filled it, or somebody else wrote there: nothing is kept then. */
function attempt<T>(use: () => T): T | undefined {
  try {
    return use()
  } catch {
    return undefined
  }
}
