import { defineApp, rendezvous } from 'shaddock'
import type { Chat } from './app/contract.ts'

export default defineApp<Chat>(import.meta.dirname, (app) => {
  // a room lives on one chat server: its members are sent there, whichever connector they are on
  app.route('chat', (key, servers) => {
    const room = typeof key === 'string' ? key : key?.get('rid')
    return rendezvous(room ?? '', servers)
  })
})
