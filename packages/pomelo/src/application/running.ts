import type { App } from '../app.ts'

/** What ends the server that an application has become. */
export interface Running {
  stop(): Promise<void>
}

const running = new WeakMap<App, Running>()

export function setRunning(app: App, server: Running): void {
  running.set(app, server)
}

export function runningOf(app: App): Running | undefined {
  return running.get(app)
}
