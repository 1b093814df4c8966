// The open chat: what was said, the composer, and what can be done with it.

import { pointAt } from './desk-list.js'
import { ask, day, hour, order, part, plain, stamp, write } from './desk-page.js'

const group = 3 * 60_000 // lines of one author within this stand together
const renewal = 4000 // typing is told again after this
const pause = 5000 // without a key, and the agent has stopped typing

const touch = () => matchMedia('(pointer: coarse)').matches

/** Talk draws the chosen chat of a desk. Only one is made for a page. */
export class Talk {
  #desk = null
  #chat = null
  #nodes = new Map() // line id to its node
  #drafts = new Map() // chat to the text not sent yet
  #told = 0 // when typing was told last
  #idle = 0
  #form = part('composer')
  #text = part('composer').elements.text
  #log = part('log')

  constructor() {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#send()
    })
    this.#text.addEventListener('keydown', (event) => {
      // Enter that ends a composition picks a word, and on a touch screen there is no Shift to begin a line with.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229 || touch()) return
      event.preventDefault()
      this.#send()
    })
    this.#text.addEventListener('input', () => {
      this.#grow()
      this.#typing(this.#text.value.trim() !== '')
    })
    part('back').addEventListener('click', () => {
      const left = this.#desk.chosen
      this.#desk.choose(null)
      queueMicrotask(() => pointAt(left)) // when the list is drawn
    })
    part('earlier').addEventListener('click', () => this.#desk.load(this.#chat, true))
    part('take').addEventListener('click', () => this.#take())
    part('close').addEventListener('click', () => ask('close-dialog', (data) => this.#desk.close(this.#chat, data.get('comment'))))
    part('hand-over').addEventListener('click', () => this.#handOver())
  }

  /** draw makes the page agree with the desk. */
  draw(desk) {
    this.#desk = desk
    const chat = desk.chosen
    if (chat !== this.#chat) this.#turn(chat)
    part('talk').hidden = !chat
    part('empty').hidden = Boolean(chat)
    if (!chat) {
      const some = [...desk.chats.values()].some((c) => c.place === 'waiting' || c.place === 'mine')
      write(part('empty').querySelector('h2'), some ? 'Choose a chat' : 'Nobody to talk to yet')
      return
    }
    write(part('name'), chat.name)
    const facts = [chat.visitor.username, chat.department, chat.began && `since ${hour(chat.began)}`]
    write(part('facts'), facts.filter(Boolean).join(' · '))
    part('take').hidden = chat.place !== 'waiting'
    part('hand-over').hidden = part('close').hidden = chat.place !== 'mine'
    for (const name of ['take', 'hand-over', 'close']) part(name).disabled = !desk.up
    this.#form.hidden = chat.place !== 'mine'
    this.#grow()
    write(part('note'), {
      waiting: 'This visitor waits. Take the chat to answer.',
      closed: 'This chat is closed.',
      gone: 'This chat is no longer at your desk.',
    }[chat.place] || '')
    this.#drawLines(chat)
  }

  /** Another chat is open now: its draft comes, the other's is kept. */
  #turn(chat) {
    this.#typing(false)
    if (this.#chat) this.#drafts.set(this.#chat, this.#text.value)
    this.#chat = chat
    this.#text.value = this.#drafts.get(chat) || ''
    this.#nodes.clear()
    part('lines').replaceChildren()
  }

  #drawLines(chat) {
    const log = this.#log
    const fromEnd = log.scrollHeight - log.scrollTop
    const atEnd = fromEnd - log.clientHeight < 60 || !this.#nodes.size
    const first = part('lines').firstElementChild
    // A history that is loaded is not news to be read out.
    log.setAttribute('aria-busy', String(!chat.loaded))
    let before = null
    order(part('lines'), chat.sorted().map((line) => {
      const node = this.#line(line, before)
      before = line
      return node
    }))
    for (const id of this.#nodes.keys()) if (!chat.lines.has(id)) this.#nodes.delete(id)
    part('earlier').hidden = !chat.earlier
    part('typing').hidden = !chat.typing
    write(part('typing-name'), chat.typing ? `${chat.name} is typing` : '')
    if (atEnd) log.scrollTop = log.scrollHeight
    else if (first && first !== part('lines').firstElementChild) log.scrollTop = log.scrollHeight - fromEnd
  }

  #line(line, before) {
    let node = this.#nodes.get(line.id)
    if (!node) {
      node = stamp('line')
      this.#nodes.set(line.id, node)
      node.querySelector('button').addEventListener('click', () => this.#desk.again(this.#chat, this.#chat.lines.get(line.id)))
    }
    const fresh = !before || day(before.time) !== day(line.time)
    if (fresh) node.dataset.day = day(line.time)
    else delete node.dataset.day
    node.dataset.from = line.from
    node.classList.toggle('more', !fresh && before.from === line.from && before.name === line.name && line.time - before.time < group)
    const pending = line.state === 'sending'
    node.classList.toggle('pending', pending)
    node.classList.toggle('stuck', pending && !this.#desk.up)
    const time = node.querySelector('time')
    time.dateTime = new Date(line.time).toISOString()
    write(time, hour(line.time))
    write(node.querySelector('.line-name'), line.from === 'me' ? 'You' : line.name || '')
    write(node.querySelector('.line-state'), pending ? (this.#desk.up ? 'sending…' : 'waits for the connection') : line.edited ? 'edited' : '')
    if (node.dataset.text !== line.text) {
      node.dataset.text = line.text
      node.querySelector('.line-text').replaceChildren(...linked(line.text))
    }
    const failed = node.querySelector('.line-failed')
    failed.hidden = line.state !== 'failed'
    if (!failed.hidden) write(failed.firstElementChild, `Not sent: ${line.why}`)
    return node
  }

  #send() {
    const text = this.#text.value.trim()
    if (!text || !this.#chat) return
    this.#text.value = ''
    this.#grow()
    this.#typing(false)
    this.#log.scrollTop = this.#log.scrollHeight
    this.#desk.send(this.#chat, text)
  }

  async #take() {
    try {
      await this.#desk.take(this.#chat)
      this.focus()
    } catch (err) {
      write(part('note'), plain(err))
    }
  }

  async #handOver() {
    const option = (value, text) => Object.assign(document.createElement('option'), { value, textContent: text })
    const colleagues = await this.#desk.colleagues()
    const departments = [...this.#desk.departments].filter(([, name]) => name !== this.#chat.department)
    const { to, comment } = part('hand-over-dialog').querySelector('form').elements
    to.onchange = () => comment.disabled = !to.value // the queue takes no comment
    to.replaceChildren(
      option('', 'Back to the queue'),
      ...colleagues.map(({ id, name }) => option('userId:' + id, name)),
      ...departments.map(([id, name]) => option('departmentId:' + id, name)),
    )
    to.onchange()
    ask('hand-over-dialog', (data) => {
      const [kind, id] = data.get('to').split(':')
      return this.#desk.handOver(this.#chat, kind ? { [kind]: id } : {}, data.get('comment') || '')
    })
  }

  /** Tells the visitor that the agent types: now and then, not with every key. */
  #typing(on) {
    clearTimeout(this.#idle)
    if (on) this.#idle = setTimeout(() => this.#typing(false), pause)
    if (on ? Date.now() - this.#told < renewal : !this.#told) return
    this.#told = on ? Date.now() : 0
    this.#desk.type(this.#chat, on)
  }

  /** focus goes to where the agent writes, or reads. */
  focus() {
    // A finger does not want the keyboard over what it came to read.
    if (this.#form.hidden || touch()) part('name').focus({ preventScroll: true })
    else this.#text.focus({ preventScroll: true })
  }

  #grow() {
    if (this.#form.hidden) return
    this.#text.style.height = 'auto'
    this.#text.style.height = this.#text.scrollHeight + 2 + 'px' // 2 for the border
  }
}

/** linked is a text as nodes, its addresses as links. */
const linked = (text) => text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?')\]])/).map((piece, i) => {
  if (i % 2 === 0) return piece
  const link = document.createElement('a')
  link.href = piece
  link.target = '_blank'
  link.rel = 'noopener noreferrer'
  link.textContent = piece
  return link
})
