import type { Callback } from './callback.ts'

/** Something that an application starts and stops. All of it is optional. */
export interface Component {
  name?: unknown
  start?(callback: Callback): unknown
  afterStart?(callback: Callback): unknown
  stop?(force: boolean, callback: Callback): unknown
}

/** What makes a component: it is called with the application and the options. */
export type ComponentFactory = (app: object, opts?: unknown) => Component
