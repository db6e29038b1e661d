/** Why a command failed: shown in one line, without a stack. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
}
