/** Returns the element that index.html has under `id`. */
export function byId<E extends Element>(id: string, type: new () => E): E {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} #${id}`)
  return found
}

/** Makes an element. Strings become text, never markup: whatever people write stays what they wrote. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  if (className !== '') made.className = className
  made.append(...children)
  return made
}

/** Makes the icon that index.html defines as the symbol `icon-<name>`. */
export function icon(name: 'lock'): SVGElement {
  const svgNamespace = 'http://www.w3.org/2000/svg'
  const made = document.createElementNS(svgNamespace, 'svg')
  made.setAttribute('class', 'icon')
  made.setAttribute('aria-hidden', 'true')
  const use = document.createElementNS(svgNamespace, 'use')
  use.setAttribute('href', `#icon-${name}`)
  made.append(use)
  return made
}
