// Runs as it is, without a build step. `npm run check` reads the types in the comments: a route that the servers do not
// have is a mistake here too.
import { connect, RequestError, viaGate } from '@shaddock/client'
/** @import { Client } from '@shaddock/client' */
/** @import { Chat } from '../game-server/app/contract.ts' */

const gate = `ws://${location.hostname}:3014`
const entry = element('entry', HTMLFormElement)
/** @type {Set<string>} */
const people = new Set()

entry.addEventListener('submit', async (event) => {
  event.preventDefault()
  entry.hidden = true
  notice('Connecting…')
  try {
    talk(await enter(element('username', HTMLInputElement).value, element('rid', HTMLInputElement).value))
  } catch (error) {
    entry.hidden = false
    notice(error)
  }
})

/**
 * Enters a room, and does so again whenever the connection was lost.
 *
 * @param {string} username
 * @param {string} rid
 */
async function enter(username, rid) {
  /** @param {Client<Chat>} client */
  async function takePlace(client) {
    people.clear()
    const { users } = await client.request('connector.entryHandler.enter', { username, rid })
    for (const user of users) people.add(user)
    showPeople()
    notice('')
  }

  const address = viaGate(gate, (/** @type {Client<Chat>} */ asked) =>
    asked.request('gate.gateHandler.queryEntry', { uid: username }),
  )
  /** @type {Client<Chat>} */
  const client = await connect(address, {
    onOpen: async (client) => {
      if (client.state === 'connecting') listen(client)
      await takePlace(client)
    },
  })

  return async (/** @type {string} */ content) => {
    try {
      await client.request('chat.chatHandler.send', { content })
    } catch (error) {
      if (!(error instanceof RequestError) || error.code !== 403) throw error
      // the room's server has died, and the one in its place knows nobody yet
      await takePlace(client)
      await client.request('chat.chatHandler.send', { content })
    }
  }
}

/** @param {Client<Chat>} client */
function listen(client) {
  client.on('onChat', ({ from, msg }) => showLine(`${from}: ${msg}`))
  client.on('onAdd', ({ user }) => {
    people.add(user)
    showPeople()
    showLine(`${user} is here`, 'event')
  })
  client.on('onLeave', ({ user }) => {
    people.delete(user)
    showPeople()
    showLine(`${user} has left`, 'event')
  })
  client.onState((state) => {
    if (state === 'reconnecting') notice('The connection is lost. Connecting again…')
  })
}

/** @param {(content: string) => Promise<void>} say */
function talk(say) {
  const content = element('content', HTMLInputElement)
  element('room', HTMLElement).hidden = false
  content.focus()
  element('talk', HTMLFormElement).addEventListener('submit', async (event) => {
    event.preventDefault()
    const text = content.value
    content.value = ''
    try {
      await say(text)
    } catch (error) {
      content.value = text
      notice(error)
    }
  })
}

function showPeople() {
  element('people', HTMLElement).textContent = `Here: ${[...people].sort().join(', ')}`
}

/**
 * @param {string} text
 * @param {string} [kind]
 */
function showLine(text, kind = 'message') {
  const line = document.createElement('p')
  line.className = kind
  line.textContent = text
  const messages = element('messages', HTMLElement)
  messages.append(line)
  messages.scrollTop = messages.scrollHeight
}

/** @param {unknown} text */
function notice(text) {
  element('notice', HTMLElement).textContent = text instanceof Error ? text.message : String(text)
}

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function element(id, type) {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`no ${type.name} with the id ${id}`)
}
