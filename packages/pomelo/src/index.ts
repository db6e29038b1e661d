import { pomelo } from './pomelo.ts'

export type { App, Lifecycle, PomeloPlugin } from './app.ts'
export type { Component, ComponentFactory } from './component.ts'

export default pomelo
/** What `require('pomelo')` returns, in place of the namespace of this module. */
export { pomelo as 'module.exports' }
