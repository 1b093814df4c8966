// The panel's frame: what stands there from the click until Go is ready, and
// for good where Go cannot run.

import { make } from './element.js'
import { contact, options } from './options.js'
import { listen } from './safe.js'
import { words } from './words.js'

const button = (name, fn, ...children) => {
  const node = make('button', { class: name }, ...children)
  listen(node, 'click', fn)
  return node
}

/**
 * frame draws the frame around text the visitor has typed before. close is
 * called when the visitor closes it.
 */
export const frame = (text, close) => {
  const title = make('b')
  const status = make('small')
  const leave = button('leave', close, '✕')
  const body = make('main', { role: 'status' })
  const box = make('textarea', { rows: 1 })
  const foot = make('footer', {}, box)
  const copy = button('', () => {
    box.select()
    document.execCommand('copy')
  })
  const node = make('section', { class: 'frame', part: 'panel', 'data-part': 'frame', role: 'dialog' },
    make('header', {}, make('i'), make('div', {}, title, make('br'), status), leave), body, foot)
  box.value = text

  listen(node, 'keydown keypress keyup', (e) => {
    e.stopPropagation() // what is typed here is no shortcut of the page
    if (e.isComposing) return
    if (e.key === 'Escape') close()
    // There is nobody to send it to yet; a line break is not what was meant.
    if (e.key === 'Enter' && e.target === box && !e.shiftKey) e.preventDefault()
  })
  listen(box, 'compositionstart compositionend', (e) => { box.composing = /start/.test(e.type) })
  return {
    node,
    box,

    focus: () => (matchMedia('(pointer:coarse)').matches ? leave : box).focus(),

    /**
     * show tells how things stand: Go is on its way or, if failed, will not
     * come. Then the apology and the way out stand where the conversation
     * would be, and what was typed can be taken along.
     */
    show: (failed) => {
      node.ariaLabel = title.textContent = options.title || words.title
      leave.ariaLabel = words.close
      box.ariaLabel = box.placeholder = words.write
      copy.textContent = words.copy
      status.textContent = failed ? '' : words.wait
      if (failed) {
        body.replaceChildren(words.sorry)
        if (contact) body.append(make('a', { href: contact, target: '_blank' }, contact.replace(/.*?:\/*/, '')))
        foot.append(copy)
      } else {
        body.replaceChildren(make('i'), make('i'), make('i'))
      }
    },
  }
}
