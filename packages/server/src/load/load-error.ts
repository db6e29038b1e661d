/** A mistake in what a load run was asked for, or a server that cannot be driven. Shown in one line, without a stack. */
export class LoadError extends Error {
  override readonly name: string = 'LoadError'
}
