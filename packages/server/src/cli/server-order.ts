import type { Config, ServerEntry } from '../config/config.ts'
import type { ServerInfo } from '../server-info.ts'
import type { ApplicationFolder } from './application-folder.ts'

/** What a master tells a process: which server to be. */
export interface ServerOrder {
  readonly application: ApplicationFolder
  readonly config: Config
  readonly entry: ServerEntry
  /** Where the processes of the application meet, and this one's name there. */
  readonly folder: string
  readonly busName: string
  /** Whether it ends when its master does. */
  readonly attached: boolean
}

/** What the process answers, once. */
export type ServerReport =
  { readonly kind: '$ready'; readonly info: ServerInfo } | { readonly kind: '$failed'; readonly why: string }

/** An application's modules may send their own messages to the parent process. */
export function isServerReport(message: unknown): message is ServerReport {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false
  return message.kind === '$ready' || message.kind === '$failed'
}
