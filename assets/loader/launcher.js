// The round button, which is all of Capsule that most visitors ever see.

import { icon, make } from './element.js'
import { words } from './words.js'

export const launcher = make('button', {
  class: 'launcher',
  part: 'launcher',
  'data-part': 'launcher',
  'aria-label': words.open,
  'aria-haspopup': 'dialog',
  'aria-expanded': false,
},
icon('talk', 'm3.5 20.5 1.3-4.4a8.6 8.6 0 1 1 3.2 3.1ZM8 12h0m4 0h0m4 0h0'),
icon('down', 'm5.5 9 6.5 6.5L18.5 9'),
make('span', { 'data-part': 'badge' }))

/** The launcher's state is the truth about the panel, for Go as for us. */
export const opened = () => launcher.getAttribute('aria-expanded') === 'true'
export const expand = (open) => launcher.setAttribute('aria-expanded', open)
