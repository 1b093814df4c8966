// One chat and its lines, made from what Rocket.Chat tells.

const letters = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz'

/** newID is an id as Rocket.Chat's clients make them. */
export const newID = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(64)).filter((b) => b < 220) // no letter more likely
  return Array.from(bytes.slice(0, 17), (b) => letters[b % letters.length]).join('')
}

/** when reads a time in each of the three forms Rocket.Chat has. */
export const when = (time) => time?.$date ?? (time ? new Date(time).getTime() : 0)

/** sentence says what a message of the system means, or nothing if agents need not know. */
const sentence = ({ t, msg, u, token, transferData: to }, name) => {
  const who = name || to?.transferredBy?.name || u?.name || u?.username || 'Somebody'
  switch (t) {
    case 'livechat-started': return 'The chat began'
    case 'uj': return `${who} joined`
    case 'ul': return `${who} left`
    case 'livechat-close': return msg && !token ? `${who} closed the chat: ${msg}` : `${who} closed the chat`
    case 'livechat_transfer_history': {
      const target = to?.transferredTo?.name || to?.nextDepartment?.name
      return (target ? `${who} handed the chat to ${target}` : `${who} put the chat back into the queue`) + (to?.comment ? `: ${to.comment}` : '')
    }
    case 'rm': return 'A message was removed'
  }
}

/** Chat is one room. Its place is "waiting", "mine", "closed" or "gone": in the hands of somebody else. */
export class Chat {
  lines = new Map() // by id: {id, text, time, from, name, note, edited, state, why}
  place = 'gone'
  visitor = {}
  name = 'Visitor'
  department = ''
  began = 0
  inquiry = '' // its id while it waits
  fresh = true // never looked at
  unread = 0
  counted = 0 // the time of the last message that was counted or seen
  typing = false
  earlier = false // there is more to load
  loaded = false
  last = null // {text, time, from}
  stops = [] // of its subscriptions

  constructor(id) {
    this.id = id
  }

  /** describe takes over what a room or a waiting chat tells about itself. */
  describe({ name, visitor, department, began, lastMessage }) {
    this.visitor = visitor || {}
    this.name = name || this.visitor.name || this.visitor.username || 'Visitor'
    this.department = department || ''
    this.began = when(began)
    if (lastMessage) this.latest(lastMessage)
  }

  /** latest remembers a message for the list of chats if it is the last one. */
  latest(m) {
    const time = when(m.ts)
    if (!m.t && time >= (this.last?.time || 0)) this.last = { text: m.msg || 'A file', time, from: this.#from(m) }
  }

  #from(m) {
    return m.token || m.u?._id === this.visitor._id ? 'visitor' : 'agent'
  }

  /** put takes a message in: new, an echo of ours, or a change of one we have. */
  put(m, me) {
    const known = this.lines.get(m._id)
    const updated = when(m._updatedAt)
    const author = m.u?._id === me ? 'me' : this.#from(m)
    const note = m.t ? sentence(m, { me: 'You', visitor: this.name }[author]) : ''
    if (known?.updated > updated || note === undefined) return
    const from = note ? 'system' : author
    const text = note || m.msg || (m.attachments || []).map((a) => a.title || a.text || 'a file').join(', ')
    this.lines.set(m._id, { id: m._id, text, from, time: when(m.ts), updated, edited: Boolean(m.editedAt), name: m.alias || m.u?.name || m.u?.username, state: '' })
    this.latest(m)
  }

  /** sorted is what was said, in order; what is on its way comes last. */
  sorted() {
    const rank = (line) => (line.state ? 1 : 0)
    return [...this.lines.values()].sort((a, b) => rank(a) - rank(b) || a.time - b.time)
  }
}
