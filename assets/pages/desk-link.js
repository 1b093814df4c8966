// One DDP connection to Rocket.Chat that comes back by itself: calls,
// subscriptions, heartbeat, redial. It knows nothing of chats.

const handshake = 10_000 // from dialling to being greeted
const silence = 20_000 // without a frame, before we ask
const patience = 10_000 // for the answer to that
const longest = 30_000 // between two dials

/** Refused is an error Rocket.Chat answered. Its code is what to compare. */
export class Refused extends Error {
  constructor({ error, reason, message, details }) {
    super(reason || message || String(error))
    this.code = String(error)
    this.wait = details?.timeToReset || 0
  }
}

/** Lost says that the connection fell before an answer came: nobody knows whether the call was heard. */
export class Lost extends Error {}

/**
 * Link is the connection. It dispatches "up" when greet is done and every
 * subscription sent, "down" when it fell and will be dialled again, and "end"
 * when greet was refused, with the reason as detail; it does not dial then.
 */
export class Link extends EventTarget {
  #url
  #greet
  #socket = null
  #calls = new Map() // id to {resolve, reject}
  #hearers = new Map() // id to {stream, event, hear}
  #serial = 0
  #falls = 0
  #timer = 0 // the next dial, or the heartbeat
  up = false

  /** The greeting runs after every handshake, before anything else is sent: it logs in. */
  constructor(url, greet) {
    super()
    this.#url = url
    this.#greet = greet
    addEventListener('online', () => this.#hurry())
    addEventListener('pageshow', () => this.#hurry())
    document.addEventListener('visibilitychange', () => document.hidden || this.#hurry())
  }

  start() {
    this.#stopped = false
    this.#dial()
  }

  stop() {
    this.#stopped = true
    this.#drop()
  }

  #stopped = true

  /** call resolves to the result, or rejects with Refused or Lost. */
  call(method, ...params) {
    return new Promise((resolve, reject) => {
      const id = String(++this.#serial)
      if (!this.#send({ msg: 'method', id, method, params })) reject(new Lost('There is no connection.'))
      else this.#calls.set(id, { resolve, reject })
    })
  }

  /** subscribe calls hear(...args) for every event, over all connections, until the function it returns is called. */
  subscribe(stream, event, hear) {
    const key = {}
    this.#hearers.set(key, { stream, event, hear, id: '' })
    if (this.up) this.#listen(this.#hearers.get(key))
    return () => {
      const { id } = this.#hearers.get(key) || {}
      if (this.#hearers.delete(key) && id && this.up) this.#send({ msg: 'unsub', id })
    }
  }

  #listen(hearer) {
    hearer.id = 's' + ++this.#serial
    this.#send({ msg: 'sub', id: hearer.id, name: hearer.stream, params: [hearer.event, { useCollection: false, args: [] }] })
  }

  #send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(frame))
    return true
  }

  #dial() {
    this.#drop()
    let socket
    try {
      socket = new WebSocket(this.#url)
    } catch (err) { // an address that is none, or that the page may not talk to
      this.#end(err)
      return
    }
    this.#socket = socket
    socket.onopen = () => this.#send({ msg: 'connect', version: '1', support: ['1', 'pre2', 'pre1'] })
    socket.onmessage = ({ data }) => this.#hear(data)
    socket.onclose = () => this.#fall()
    this.#timer = setTimeout(() => this.#fall(), handshake)
  }

  /** Leaves the socket for dead at once: over a dead network its close event comes late or never. */
  #drop() {
    clearTimeout(this.#timer)
    const socket = this.#socket
    this.#socket = null
    this.up = false
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close()
    }
    const open = [...this.#calls.values()]
    this.#calls.clear()
    for (const { reject } of open) reject(new Lost('The connection fell.'))
  }

  #fall() {
    this.#drop()
    if (this.#stopped) return
    const wait = Math.min(longest, 1000 * 2 ** this.#falls++) * (.5 + Math.random() / 2)
    this.#timer = setTimeout(() => this.#dial(), wait)
    this.dispatchEvent(new Event('down'))
  }

  #end(reason) {
    this.stop()
    this.dispatchEvent(new CustomEvent('end', { detail: reason }))
  }

  /** The page is seen again or the network is back: dial now, or see whether the socket still lives. */
  #hurry() {
    if (this.#stopped) return
    if (!this.#socket) this.#dial()
    else if (this.up) this.#ping(patience / 2)
  }

  #beat() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#ping(patience), silence)
  }

  #ping(wait) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#fall(), wait)
    this.#send({ msg: 'ping' })
  }

  #hear(text) {
    let frame
    try {
      frame = JSON.parse(text)
    } catch (err) {
      return // not DDP: nothing to learn from it
    }
    if (this.up) this.#beat()
    switch (frame?.msg) {
      case 'ping':
        this.#send(frame.id === undefined ? { msg: 'pong' } : { msg: 'pong', id: frame.id })
        break
      case 'connected':
        this.#begin()
        break
      case 'failed':
        this.#end(new Error('Rocket.Chat speaks another version of DDP.'))
        break
      case 'result': {
        const call = this.#calls.get(frame.id)
        this.#calls.delete(frame.id)
        if (frame.error) call?.reject(new Refused(frame.error))
        else call?.resolve(frame.result)
        break
      }
      case 'changed':
        for (const { stream, event, hear } of [...this.#hearers.values()]) {
          if (stream === frame.collection && event === frame.fields?.eventName) hear(...frame.fields.args || [])
        }
    }
  }

  async #begin() {
    const socket = this.#socket
    try {
      await this.#greet()
    } catch (err) {
      if (err instanceof Refused && socket === this.#socket) this.#end(err)
      return // lost: a new connection is on its way
    }
    if (socket !== this.#socket) return
    this.up = true
    this.#falls = 0
    for (const hearer of this.#hearers.values()) this.#listen(hearer)
    this.#beat()
    this.dispatchEvent(new Event('up'))
  }
}
