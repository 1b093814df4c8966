// The agent's seat: the chats that wait, their own, and what can be done with
// them. Desk keeps that in step with Rocket.Chat; it draws nothing.

import { Chat, newID } from './desk-chat.js'
import { Link, Lost } from './desk-link.js'
import { logIn } from './desk-login.js'

const page = 50 // messages of one look into the past

/** unlessLost makes a method that a server may not have answer with instead. */
const unlessLost = (instead) => (err) => {
  if (err instanceof Lost) throw err
  return instead
}

/** Desk dispatches "change" whenever something to be seen is different, and "end" with the reason when it was logged out. */
export class Desk extends EventTarget {
  me = null // {id, username, token}
  chats = new Map()
  departments = new Map()
  chosen = null
  available = true
  #link
  #server
  #pending = false
  #expiry = new Map() // chat to the timer of its typing mark

  constructor({ server, config }) {
    super()
    this.#server = server
    for (const { _id, name } of config?.departments || []) this.departments.set(_id, name)
  }

  get up() {
    return Boolean(this.#link?.up)
  }

  /** enter logs in, with {username, password} or {token} of an earlier time, and stays. It rejects if refused or out of reach. */
  enter(ways) {
    let { token } = ways
    const link = this.#link = new Link(this.#server.socket, async () => {
      const login = await logIn(link, { ...ways, token })
      token = login.token
      this.me = { id: login.id, username: ways.username, token }
    })
    return new Promise((resolve, reject) => {
      const first = new AbortController()
      const once = (type, settle) => link.addEventListener(type, ({ detail }) => {
        first.abort()
        settle(detail)
      }, { signal: first.signal })
      once('end', reject)
      once('down', () => {
        link.stop()
        reject(new Lost(`Rocket.Chat at ${new URL(this.#server.socket).host} is out of reach.`))
      })
      once('up', () => {
        link.addEventListener('up', () => this.#refresh())
        link.addEventListener('down', () => this.#changed())
        link.addEventListener('end', ({ detail }) => this.dispatchEvent(new CustomEvent('end', { detail })))
        this.#watch()
        resolve(this.#refresh())
      })
      link.start()
    })
  }

  /** leave gives the open chats back to the queue and logs out. */
  async leave() {
    const mine = [...this.chats.values()].filter((chat) => chat.place === 'mine')
    await Promise.allSettled(mine.map((chat) => this.#link.call('livechat:returnAsInquiry', chat.id)))
    await this.#link.call('logout').catch(() => {}) // the server notices when the socket closes
    this.#link.stop()
  }

  #changed() {
    if (this.#pending) return
    this.#pending = true
    queueMicrotask(() => {
      this.#pending = false
      this.dispatchEvent(new Event('change'))
    })
  }

  #watch() {
    const link = this.#link
    link.subscribe('stream-notify-user', this.me.id + '/rooms-changed', (what, room) => this.#room(room, what === 'removed'))
    const queue = 'stream-livechat-inquiry-queue-observer'
    for (const event of ['public', ...[...this.departments.keys()].map((id) => 'department/' + id)]) {
      link.subscribe(queue, event, (inquiry) => this.#inquiry(inquiry))
    }
  }

  /** Reads everything again: streams do not repeat what was missed. */
  async #refresh() {
    const call = (...args) => this.#link.call(...args)
    try {
      await this.#status()
      const [rooms, waiting] = await Promise.all([call('rooms/get'), call('livechat:getInquiries').catch(unlessLost([]))])
      const seen = new Set([...rooms, ...waiting].map((r) => r.rid || r._id))
      for (const chat of this.chats.values()) {
        if (!seen.has(chat.id) && (chat.place === 'mine' || chat.place === 'waiting')) this.#move(chat, 'gone')
        chat.loaded = false
      }
      for (const room of rooms) this.#room(room)
      for (const inquiry of waiting) this.#inquiry(inquiry)
    } catch (err) {
      if (err instanceof Lost) return // the next connection reads it
      throw err
    }
    for (const chat of this.chats.values()) {
      if (chat === this.chosen || chat.sorted().some((line) => line.state === 'sending')) this.load(chat)
    }
    this.#changed()
  }

  #chat(id) {
    if (!this.chats.has(id)) this.chats.set(id, new Chat(id))
    return this.chats.get(id)
  }

  #room(room, removed) {
    if (room?.t !== 'l') return // agents have rooms of other kinds too
    const served = room.servedBy?._id === this.me.id
    if (!served && !this.chats.has(room._id)) return
    const chat = this.#chat(room._id)
    const { fname: name, v: visitor, ts: began, lastMessage } = room
    chat.describe({ name, visitor, department: this.departments.get(room.departmentId), began, lastMessage })
    if (!removed && served) this.#move(chat, room.open ? 'mine' : 'closed')
    else if (chat.place === 'mine') this.#move(chat, 'gone')
    this.#count(chat)
    this.#changed()
  }

  #inquiry(inquiry) {
    if (!inquiry?.rid) return
    const chat = this.#chat(inquiry.rid)
    const { name, v: visitor, ts: began, lastMessage } = inquiry
    chat.describe({ name, visitor, department: this.departments.get(inquiry.department), began, lastMessage })
    chat.inquiry = inquiry._id
    if (inquiry.type !== 'removed' && inquiry.status !== 'taken') this.#move(chat, 'waiting')
    else if (chat.place === 'waiting' || chat.place === 'gone') this.#move(chat, 'gone')
    this.#changed()
  }

  #move(chat, place) {
    chat.place = place
    if (place === 'gone' && chat !== this.chosen) this.chats.delete(chat.id)
    if (place === 'closed' || place === 'gone') chat.typing = false
    const listen = place === 'mine' || place === 'waiting' && chat === this.chosen
    if (listen && !chat.stops.length) {
      const typing = (name, on) => name !== this.me.username && this.#typing(chat, on === true || on?.length > 0)
      chat.stops = [
        this.#link.subscribe('stream-room-messages', chat.id, (m) => this.#message(chat, m, true)),
        this.#link.subscribe('stream-notify-room', chat.id + '/user-activity', typing),
        this.#link.subscribe('stream-notify-room', chat.id + '/typing', typing), // before 4.x
        this.#link.subscribe('stream-notify-room', chat.id + '/deleteMessage', ({ _id }) => chat.lines.delete(_id) && this.#changed()),
      ]
    } else if (!listen) {
      for (const stop of chat.stops) stop()
      chat.stops = []
    }
  }

  #typing(chat, on) {
    clearTimeout(this.#expiry.get(chat))
    if (on) this.#expiry.set(chat, setTimeout(() => this.#typing(chat, false), 15_000)) // a lost "stopped" must not stay
    if (chat.typing === on) return
    chat.typing = on
    this.#changed()
  }

  #message(chat, m, live) {
    chat.put(m, this.me.id)
    if (live && chat.lines.get(m._id)?.from === 'visitor') this.#typing(chat, false)
    if (live && m.t === 'livechat-close') this.#move(chat, 'closed')
    this.#count(chat)
    this.#changed()
  }

  /** Counts what the visitor said last, once: it is told as a message and as a change of the room. */
  #count(chat) {
    const { last } = chat
    if (chat.place !== 'mine' || last?.from !== 'visitor' || last.time <= chat.counted) return
    chat.counted = last.time
    if (!this.#sees(chat)) chat.unread++
  }

  #sees(chat) {
    return chat === this.chosen && !document.hidden
  }

  /** choose opens a chat, or none. */
  choose(chat) {
    const before = this.chosen
    this.chosen = chat
    if (before && before !== chat) this.#move(before, before.place)
    if (chat) {
      this.#move(chat, chat.place)
      if (!chat.loaded) this.load(chat)
    }
    this.look()
    this.#changed()
  }

  /** look takes note that the agent sees what is open. */
  look() {
    const chat = this.chosen
    if (!chat || !this.#sees(chat)) return
    chat.fresh = false
    chat.counted = chat.last?.time || 0
    if (!chat.unread) return
    chat.unread = 0
    if (chat.place === 'mine') this.#link.call('readMessages', chat.id).catch(() => {}) // only tells the visitor
    this.#changed()
  }

  /** load reads the latest messages, or those before the first one that is here. */
  async load(chat, earlier) {
    const first = earlier && chat.sorted().find((line) => !line.state)
    try {
      const history = await this.#link.call('loadHistory', chat.id, first ? { $date: first.time } : null, page, null)
      const list = history?.messages || []
      const gap = !first && list.length === page && !list.some((m) => chat.lines.has(m._id))
      for (const line of gap ? chat.sorted() : []) if (!line.state) chat.lines.delete(line.id)
      for (const m of list) this.#message(chat, m)
      if (first || !chat.loaded) chat.earlier = list.length === page
      chat.loaded = true
      this.look()
    } catch (err) {
      return // the next connection, or the next click, loads it
    } finally {
      this.#changed()
    }
    // Only history can tell whether a line that was on its way had arrived.
    for (const line of chat.lines.values()) if (line.state === 'sending' && !line.busy) this.#post(chat, line)
  }

  /** send shows a line at once, and sends it as soon as there is a connection. */
  send(chat, text) {
    const line = { id: newID(), text, from: 'me', time: Date.now(), state: 'sending' }
    chat.lines.set(line.id, line)
    this.#post(chat, line)
    this.#changed()
  }

  /** again sends a line that failed. */
  again(chat, line) {
    line.state = 'sending'
    this.#post(chat, line)
    this.#changed()
  }

  async #post(chat, line) {
    line.busy = true
    try {
      const m = await this.#link.call('sendMessage', { _id: line.id, rid: chat.id, msg: line.text })
      if (m?._id) this.#message(chat, m)
      else if (chat.lines.get(line.id) === line) line.state = '' // it was there already
    } catch (err) {
      if (err instanceof Lost) return // stays on its way; looked up with the next history
      if (err.code === 'too-many-requests') setTimeout(() => line.state === 'sending' && this.#post(chat, line), err.wait || 5000)
      else Object.assign(line, { state: 'failed', why: err.message })
    } finally {
      line.busy = false
      this.#changed()
    }
  }

  /** type tells the visitor that the agent writes, or stopped. */
  type(chat, on) {
    const { username } = this.me
    const old = parseInt(this.#server.version, 10) < 4
    const args = old ? [chat.id + '/typing', username, on, {}] : [chat.id + '/user-activity', username, on ? ['user-typing'] : [], {}]
    this.#link.call('stream-notify-room', ...args).catch(() => {}) // a courtesy
  }

  async take(chat) {
    await this.#link.call('livechat:takeInquiry', chat.inquiry)
    this.#move(chat, 'mine')
    this.#changed()
  }

  async close(chat, comment) {
    await this.#link.call('livechat:closeRoom', chat.id, comment, { clientAction: true })
    this.#move(chat, 'closed')
    this.#changed()
  }

  /** colleagues are the other agents a chat can be handed to. */
  async colleagues() {
    const list = await this.#link.call('livechat:getAgents').catch(() => [])
    return list.filter((a) => a._id !== this.me.id && a.status && a.status !== 'offline').map((a) => ({ id: a._id, name: a.name || a.username }))
  }

  /** handOver gives a chat to {userId} or {departmentId}, or else back to the queue. */
  async handOver(chat, to, comment) {
    const done = to.userId || to.departmentId
      ? await this.#link.call('livechat:transfer', { roomId: chat.id, ...to, comment })
      : await this.#link.call('livechat:returnAsInquiry', chat.id)
    if (done === false) throw new Error('Nobody is there to take it.')
  }

  async setAvailable(on) {
    this.available = on
    this.#changed()
    await this.#status()
  }

  #status() {
    return this.#link.call('livechat:changeLivechatStatus', { status: this.available ? 'available' : 'not-available' })
      .catch(unlessLost())
  }
}
