/** What a tool asks for. */
export interface AdminAction {
  readonly command?: string | undefined
  readonly moduleId: string
  readonly body: unknown
}

/** What changes an application, or runs code in it, is for users of level 1. */
export function isAllowed({ command, moduleId, body }: AdminAction, level: number): boolean {
  if (level === 1) return true
  if (command !== undefined) return command === 'list'
  // which runs code, where an application brings it
  if (moduleId === 'scripts') return false
  const denied = forLevelOne.get(moduleId)
  if (denied === undefined) return true
  const asked = (body as Readonly<Record<string, unknown>> | null | undefined)?.[denied.field]
  return !denied.words.includes(String(asked))
}

/** By module: the field of the body that it looks at, and what there is not for others. */
const forLevelOne = new Map([
  [
    '__console__',
    {
      field: 'signal',
      words: ['stop', 'kill', 'restart', 'add', 'addCron', 'removeCron', 'blacklist'],
    },
  ],
  ['watchServer', { field: 'comd', words: ['set', 'enable', 'disable', 'run', 'memory', 'cpu'] }],
])
