import { hueOf } from '../colour.ts'
import { element } from './element.ts'

/** Makes the disc that stands for a person: an initial in the person's colour. Says nothing to a screen reader. */
export function avatar(name: string): HTMLElement {
  const [initial = '?'] = name
  const disc = element('span', 'avatar', initial.toLocaleUpperCase())
  disc.setAttribute('aria-hidden', 'true')
  return inColourOf(name, disc)
}

/** Gives `target` the person's colour, for the style sheet to use, and returns it. */
export function inColourOf<E extends HTMLElement>(name: string, target: E): E {
  target.style.setProperty('--hue', String(hueOf(name)))
  return target
}
