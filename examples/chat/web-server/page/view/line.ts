import { everyone, type Line, type Message, type Notice, type Unsent } from '../room.ts'
import { avatar, inColourOf } from './avatar.ts'
import { element, icon } from './element.ts'

/** Makes the element of one line of the log, as the person `self` sees it. */
export function toElement(line: Line, self: string, onResend: (line: Unsent) => void): HTMLElement {
  switch (line.kind) {
    case 'message':
      return message(line, self)
    case 'notice':
      return notice(line)
    case 'unsent':
      return unsent(line, onResend)
  }
}

function message(line: Message, self: string): HTMLElement {
  const own = line.from === self
  const hidden = line.target !== everyone
  const sender = inColourOf(line.from, element('span', 'sender', line.from))
  const head = element('p', 'head', sender)
  if (hidden)
    head.append(element('span', 'privacy', icon('lock'), own ? `only to ${line.target}` : 'only to you'))
  const body = element('div', 'body', element('p', 'text', line.text), time(line.at))
  const bubble = element('div', 'bubble', head, body)
  const made = element('article', 'line message', avatar(line.from), bubble)
  made.classList.toggle('own', own)
  made.classList.toggle('private', hidden)
  made.classList.toggle('continues', line.continues)
  return made
}

function notice(line: Notice): HTMLElement {
  return element('p', 'line notice', line.text, ' ', time(line.at))
}

function unsent(line: Unsent, onResend: (line: Unsent) => void): HTMLElement {
  const again = element('button', 'quiet', 'Send again')
  again.type = 'button'
  again.addEventListener('click', () => onResend(line))
  const why = element('p', 'why', line.reason, ' ', again)
  const bubble = element('div', 'bubble', element('p', 'text', line.text), why)
  return element('article', 'line message own unsent', bubble)
}

function time(at: number): HTMLTimeElement {
  const date = new Date(at)
  const made = element('time', '', date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }))
  made.dateTime = date.toISOString()
  made.title = date.toLocaleString()
  return made
}
