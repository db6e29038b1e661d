import type { Component } from '../component.ts'
import { called } from '../callback.ts'
import { getLogger } from '../log.ts'

const logger = getLogger('pomelo', 'application')

/** Starts components one after the other. @throws what the first that fails calls back with. */
export async function runComponents(
  components: readonly Component[],
  method: 'start' | 'afterStart',
): Promise<void> {
  // one of them may load others, which follow
  for (const component of components) {
    if (typeof component[method] !== 'function') continue
    try {
      await called((callback) => component[method]?.(callback))
    } catch (error) {
      logger.error('the component %s did not %s: %O', component.name ?? '', method, error)
      throw error
    }
  }
}

/** Stops components one after the other, in the order in which they were loaded, whatever becomes of each. */
export async function stopComponents(components: readonly Component[], force: boolean): Promise<void> {
  for (const component of components) {
    if (typeof component.stop !== 'function') continue
    try {
      await called((callback) => component.stop?.(force, callback))
    } catch (error) {
      logger.warn('the component %s did not stop: %s', component.name ?? '', error)
    }
  }
}
