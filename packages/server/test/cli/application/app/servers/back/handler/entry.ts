import type { Application } from 'shaddock'

export default class Entry {
  readonly #app: Application

  constructor(app: Application) {
    this.#app = app
  }

  ping(): string {
    return 'pong'
  }

  /** Prints in both ways. */
  print(): string {
    process.stdout.write('printed\n')
    this.#app.log.info('printed')
    return 'done'
  }
}
