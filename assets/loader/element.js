// The element on the page: <capsule-chat> with an open shadow root.

import { language, options } from './options.js'
import { safe } from './safe.js'

/** make builds an element; children may be nodes or text. */
export const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag)
  Object.keys(attributes).forEach((name) => node.setAttribute(name, attributes[name]))
  node.append(...children)
  return node
}

/** icon draws a 24 by 24 picture. No markup is parsed: Trusted Types may forbid it. */
export const icon = (name, path) => {
  const svg = (tag) => document.createElementNS('http://www.w3.org/2000/svg', tag)
  const picture = svg('svg')
  picture.setAttribute('class', name)
  picture.setAttribute('viewBox', '0 0 24 24')
  picture.appendChild(svg('path')).setAttribute('d', path)
  return picture
}

export const host = make('capsule-chat', { lang: language, 'data-position': options.position || 'right' })
export const root = host.attachShadow({ __proto__: null, mode: 'open' })

let style = PACKED.style
let sheet
try {
  // The panel's sheet has a colour of its own for :host; this one is to win.
  if (CSS.supports('color', options.color)) style += ':host(capsule-chat){--capsule-accent:' + options.color + '}'
  // A constructed sheet is not subject to the page's style-src.
  sheet = new CSSStyleSheet()
  sheet.replaceSync(style)
} catch (err) {
  sheet = make('style', {}, style)
}

/** reset leaves nothing in the root but our style and these nodes. */
export const reset = (...nodes) => {
  if (sheet.cssRules) root.adoptedStyleSheets = [sheet]
  else nodes.push(sheet)
  root.replaceChildren(...nodes)
}

/**
 * mount keeps the element in the page's body, also when that comes late or is
 * swapped for another. It returns the way to end that.
 */
export const mount = () => {
  let swaps = 99
  const place = safe(() => {
    if (document.body && !host.isConnected && swaps--) document.body.append(host)
  })
  const observer = new MutationObserver(place)
  observer.observe(document.documentElement, { __proto__: null, childList: true })
  place()
  return () => {
    observer.disconnect()
    host.remove()
  }
}
