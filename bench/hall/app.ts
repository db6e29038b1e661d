import { defineApp, rendezvous } from 'shaddock'
import type { Hall } from './app/contract.ts'

/** A chat that says nothing when somebody comes or goes: ten thousand can enter one room. */
export default defineApp<Hall>(import.meta.dirname, (app) => {
  app.route('chat', (key, servers) => {
    const room = typeof key === 'string' ? key : key?.get('rid')
    return rendezvous(room ?? '', servers)
  })
})
