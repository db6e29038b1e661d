import type { Application, FrontendSession, Session } from 'shaddock'

/** What the chat's servers promise clients and one another, in the shape of `servers/`. */
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
    onChat: { msg: string; from: string; target: string }
    onAdd: { user: string }
    onLeave: { user: string }
    /** Who is in the room: said when another chat server has taken it over. */
    onUsers: { users: string[] }
  }
  session: { rid: string }
}

export type App = Application<Chat>
export type EntrySession = FrontendSession<Chat['session']>
export type ChatSession = Session<Chat['session']>
