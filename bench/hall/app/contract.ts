import type { Application, FrontendSession, Session } from 'shaddock'

export type Hall = {
  servers: {
    connector: {
      handler: { entryHandler: typeof import('./servers/connector/handler/entryHandler.ts') }
      remote: { garbage: typeof import('./servers/connector/remote/garbage.ts') }
    }
    chat: {
      handler: { chatHandler: typeof import('./servers/chat/handler/chatHandler.ts') }
      remote: {
        chatRemote: typeof import('./servers/chat/remote/chatRemote.ts')
        garbage: typeof import('./servers/chat/remote/garbage.ts')
      }
    }
  }
  pushes: { onChat: { msg: string } }
  session: { rid: string }
}

export type App = Application<Hall>
export type EntrySession = FrontendSession<Hall['session']>
export type ChatSession = Session<Hall['session']>
