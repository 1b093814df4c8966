// What the parts of the desk's page share.

import { Lost } from './desk-link.js'

/** part finds an element of the page by its name. */
export const part = (name) => document.querySelector(`[data-part=${name}]`)

/** write sets a text only where it is another one: nothing is announced twice. */
export const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text
}

/** stamp is a fresh copy of what is in a template. */
export const stamp = (name) => part(name).content.firstElementChild.cloneNode(true)

/** order makes nodes the children of parent, in that order, and moves none that is in place. */
export const order = (parent, nodes) => {
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] || null)
  })
  while (parent.children.length > nodes.length) parent.lastElementChild.remove()
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const date = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })

/** hour is a time of day, and day the day it belongs to. */
export const hour = (time) => clock.format(time)
export const day = (time) => (new Date(time).toDateString() === new Date().toDateString() ? 'Today' : date.format(time))

/** plain is an error in words for the agent. */
export const plain = (err) => (err instanceof Lost ? 'There is no connection just now.' : err.message)

/** ask opens a dialog. When its form is sent act runs; if that fails the dialog stays, with the reason. */
export const ask = (name, act) => {
  const dialog = part(name)
  const form = dialog.querySelector('form')
  const error = dialog.querySelector('.error')
  form.reset()
  write(error, '')
  form.onsubmit = async (event) => {
    event.preventDefault()
    try {
      await act(new FormData(form))
      dialog.close()
    } catch (err) {
      write(error, plain(err))
    }
  }
  form.querySelector('[value=cancel]').onclick = () => dialog.close()
  dialog.showModal()
}
