// The list of chats: who waits, who is ours, what is over.

import { hour, order, part, stamp, write } from './desk-page.js'

const groups = ['waiting', 'mine', 'closed']
const items = new WeakMap() // chat to its node

/** face is two letters and a colour to know a visitor by. */
const face = (node, name) => {
  const words = name.replace(/[^\p{L}\p{N}\s]/gu, ' ').trim().split(/\s+/)
  write(node, words.slice(0, 2).map((w) => [...w][0] || '').join('').toUpperCase())
  node.dataset.tint = String([...name].reduce((sum, c) => sum + c.codePointAt(0), 0) % 6)
}

const item = (desk, chat, opened) => {
  let node = items.get(chat)
  if (!node) {
    node = stamp('item')
    node.firstElementChild.addEventListener('click', () => {
      desk.choose(chat)
      queueMicrotask(opened) // when it is drawn
    })
    items.set(chat, node)
  }
  const find = (name) => node.querySelector('.item-' + name)
  const badge = chat.unread ? String(chat.unread) : chat.fresh && chat.place === 'waiting' ? 'new' : ''
  face(find('face'), chat.name)
  write(find('name'), chat.name)
  const time = chat.last?.time || chat.began
  write(find('time'), time ? hour(time) : '')
  write(find('last'), chat.typing ? 'is typing…' : chat.last ? (chat.last.from === 'agent' ? 'You: ' : '') + chat.last.text : 'Has not written yet')
  write(find('badge'), badge)
  find('badge').title = chat.unread ? `${chat.unread} unread` : ''
  const button = node.firstElementChild
  button.classList.toggle('strong', badge !== '')
  if (chat === desk.chosen) button.setAttribute('aria-current', 'true')
  else button.removeAttribute('aria-current')
  return node
}

/** pointAt gives a chat in the list the focus. */
export const pointAt = (chat) => items.get(chat)?.firstElementChild.focus()

/** drawList draws the list, and tells how many chats want something of the agent. A click on one calls opened. */
export const drawList = (desk, opened) => {
  const all = [...desk.chats.values()]
  for (const name of groups) {
    const chats = all.filter((chat) => chat.place === name)
    // Who waits longest is first; of the others, who wrote last.
    chats.sort((a, b) => (name === 'waiting' ? a.began - b.began : (b.last?.time || b.began) - (a.last?.time || a.began)))
    const group = part(name)
    order(group.querySelector('ul'), chats.map((chat) => item(desk, chat, opened)))
    group.classList.toggle('bare', !chats.length)
    group.hidden = name === 'closed' && !chats.length
  }
  return all.filter((chat) => chat.place === 'waiting' || chat.place === 'mine' && chat.unread).length
}
