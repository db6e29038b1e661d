import type { Application, FrontendSession, Session } from 'shaddock'

/** What the servers promise clients and one another, in the shape of `servers/`: types only, gone when the code runs. */
export type Chat = {
  servers: {
    gate: { handler: { gateHandler: typeof import('./servers/gate/handler/gateHandler.ts') } }
    connector: { handler: { entryHandler: typeof import('./servers/connector/handler/entryHandler.ts') } }
    chat: {
      handler: { chatHandler: typeof import('./servers/chat/handler/chatHandler.ts') }
      remote: { chatRemote: typeof import('./servers/chat/remote/chatRemote.ts') }
    }
  }
  pushes: {
    onChat: { from: string; msg: string }
    onAdd: { user: string }
    onLeave: { user: string }
  }
  /** What is known of a client, beside its uid. */
  session: { rid: string }
}

export type App = Application<Chat>
export type EntrySession = FrontendSession<Chat['session']>
export type ChatSession = Session<Chat['session']>
