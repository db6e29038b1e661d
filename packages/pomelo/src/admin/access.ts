/** What a tool asks for. */
export interface AdminAction {
  readonly command?: string | undefined
  readonly moduleId: string
  readonly body: Readonly<Record<string, unknown>>
}

/** What changes an application, or runs code in it, is for users of level 1. */
export function isAllowed({ command, moduleId, body }: AdminAction, level: number): boolean {
  if (level === 1) return true
  if (command !== undefined) return command === 'list'
  const denied = forLevelOne.get(moduleId)
  return (
    denied === undefined || (denied !== 'all' && !denied.includes(String(body['signal'] ?? body['comd'])))
  )
}

const forLevelOne = new Map<string, 'all' | readonly string[]>([
  ['__console__', ['stop', 'kill', 'restart', 'add', 'addCron', 'removeCron', 'blacklist']],
  ['watchServer', ['set', 'enable', 'disable', 'run', 'memory', 'cpu']],
  ['scripts', 'all'],
])
