// What Go runs in, and what of the loader can wait until it is wanted. The
// toolchain's wasm_exec.js stands in the middle of this file, put there by
// pack in the place of WASM_EXEC, and believes it is alone on a page of its
// own: globalThis is a view of the real one, on which fs, process, path, Go
// and capsule exist. Nothing is ever written to the real globalThis.
(() => {
  const script = document.currentScript
  if (!script || typeof script.capsule !== 'function') return

  /** named gives the loader's natives their names, and functions their window. */
  const named = ([fetch, setTimeout, clearTimeout, WebSocket, JSON, Reflect, WebAssembly]) => ({
    __proto__: null,
    fetch: fetch && fetch.bind(window),
    setTimeout: setTimeout.bind(window),
    clearTimeout: clearTimeout.bind(window),
    WebSocket,
    JSON,
    Reflect,
    WebAssembly,
  })

  /** catalog resolves to the text in the visitor's language, or ''. It is never rejected. */
  const catalog = ({ native, base, language, words, reword }) => {
    const [name, hash] = CATALOGS[language] || []
    if (!name) return Promise.resolve('')
    const late = new Promise((resolve) => native.setTimeout(resolve, 4000, ''))
    const text = native.fetch(base + name, { __proto__: null, integrity: 'sha256-' + hash })
      .then((reply) => (reply.ok ? reply.text() : ''), () => '')
    text.then((all) => {
      const known = { title: 'title', close: 'close', 'status.loading': 'wait', write: 'write', 'trouble.title': 'sorry', copy: 'copy' }
      all.replace(/^(\S+) *= *(.+)$/gm, (_, key, value) => { words[known[key]] = value })
      reword()
    }).catch(() => {})
    return Promise.race([text, late])
  }

  /** see finds the first element of a kind that can be seen: a panel holds more fields than it shows. */
  const see = (root, kind) => Array.from(root.querySelectorAll(kind)).find((node) => node.getClientRects().length)

  /** handOver makes what Go finds as js.Global().Get("capsule"). fault is told what goes wrong. */
  const handOver = (deck, phrases, fault) => {
    let told // whether Go was told that the panel is open
    const { native, root, options, bridge, contact, language, draft, emit } = deck
    const launcher = root.querySelector('[data-part=launcher]')
    const shown = () => root.querySelector('[data-part=frame]')
    const isOpen = () => launcher.getAttribute('aria-expanded') === 'true'

    // swap takes our frame away and gives focus, caret and late text to Go's panel.
    const swap = (frame, box, text) => {
      const had = root.activeElement
      const focused = frame.contains(had)
      const caret = box.selectionEnd
      frame.remove()
      const field = see(root, 'textarea')
      if (field && box.value !== text) {
        field.value = box.value
        field.dispatchEvent(new Event('input', { __proto__: null, bubbles: true }))
      }
      if (!focused) return
      // Who is typing goes on in the same text. Focus was in a field only where
      // that brings up no keyboard unasked.
      const next = had !== box ? root.querySelector('[data-part=panel]') : (box.value && field) || see(root, 'input') || field
      if (next && !root.activeElement) next.focus({ __proto__: null, preventScroll: true })
      if (field && root.activeElement === field) field.setSelectionRange(caret, caret)
    }

    const take = (api) => {
      const frame = shown()
      const box = frame && frame.querySelector('textarea')
      const text = draft()
      const open = isOpen()
      deck.ready(api)
      if (told !== undefined && told !== open) api.call(open ? 'open' : 'close', [])
      // A word being composed with an input method would be torn apart.
      if (box && box.composing) box.addEventListener('compositionend', () => native.setTimeout(swap, 0, frame, box, text), { __proto__: null, once: true })
      else if (box) swap(frame, box, text)
    }

    return {
      __proto__: null,
      root,
      host: root.host,
      options,
      bridge,
      contact,
      launcher,
      language,
      phrases,
      draft,
      emit: (name, detail) => {
        if (name !== 'destroyed') emit(name, detail) // the loader says so itself
      },
      get opened() {
        return (told = isOpen())
      },
      /** whether the visitor looks at the frame. */
      get framed() {
        return isOpen() && !!shown()
      },
      // Go is in the middle of a call to us. Calling back now could block it
      // for ever, so everything happens when it is at rest.
      ready: (api) => Promise.resolve(api).then(take).catch((err) => fault(String(err))),
    }
  }

  // Browsers throw on most close codes, among them 1001, 1008 and 1011, which
  // the websocket package uses. They become 3001, 3008 and 3011.
  const allowed = (code) => (code === 1000 || (code >= 3000 && code < 5000) ? code : 3000 + code % 1000)

  /** sockets makes the WebSocket that Go sees: none of its methods throws. */
  const sockets = (native) => {
    const all = new Set()

    // A socket that could not even be made closes like one that was refused:
    // Go need not tell a thrown exception from a lost connection.
    const refused = (err) => {
      const socket = new EventTarget()
      const nothing = () => {}
      Object.assign(socket, { readyState: 3, protocol: '', send: nothing, close: nothing })
      native.setTimeout(() => {
        socket.dispatchEvent(new CloseEvent('close', { __proto__: null, code: 1006, reason: String(err.message).slice(0, 120) }))
      }, 0)
      return socket
    }

    const Socket = function (url, protocols) {
      let socket
      try {
        socket = new native.WebSocket(url, protocols)
      } catch (err) {
        return refused(err)
      }
      const { close, send, addEventListener } = socket
      all.add(socket)
      addEventListener.call(socket, 'close', () => all.delete(socket))
      // Methods are set on the socket itself, since a patched WebSocket may
      // give back an object of any class.
      socket.close = (code, reason) => {
        try {
          if (code === undefined) close.call(socket)
          else close.call(socket, allowed(code), reason)
        } catch (err) {
          try {
            close.call(socket)
          } catch (err) {} // nothing is left to close
        }
      }
      socket.send = (data) => {
        try {
          send.call(socket, data)
        } catch (err) {
          socket.close() // Go hears of it as the end of the connection
        }
      }
      // A close always follows an error. The package would wait for it inside
      // its error handler, where it can never arrive.
      socket.addEventListener = (type, fn, options) => {
        if (type !== 'error') addEventListener.call(socket, type, fn, options)
      }
      return socket
    }
    Object.assign(Socket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 })
    if (native.WebSocket) Socket.prototype = native.WebSocket.prototype
    return { Socket, close: () => all.forEach((socket) => socket.close(1000)) }
  }

  /** look makes a view of the window on which own stands in front. */
  const look = (own) => {
    const known = new Map()
    return new Proxy(own, {
      __proto__: null,
      get: (_, name) => {
        if (name in own) return own[name]
        let value
        try {
          value = window[name]
        } catch (err) {} // localStorage, say, where storage is forbidden
        // Functions of the window must be called on the window; constructors
        // and everything else are given as they are.
        if (typeof value !== 'function' || typeof name !== 'string' || name < 'a') return value
        if (!known.has(value)) known.set(value, value.bind(window))
        return known.get(value)
      },
      set: (_, name, value) => {
        own[name] = value
        return true
      },
      has: (_, name) => name in own || name in window,
      deleteProperty: (_, name) => delete own[name],
    })
  }

  const outcome = (fn) => {
    const result = { __proto__: null }
    try {
      result.value = fn()
    } catch (err) {
      result.error = String((err && err.message) || err || 'unknown error')
    }
    return result
  }

  /** make prepares one run of Go. */
  const make = (deck, phrases) => {
    const { native, root } = deck
    const own = { __proto__: null } // what exists in the view only
    const timers = new Set()
    const lines = [] // unfinished lines of stdout and stderr
    const decoder = new TextDecoder()
    const link = sockets(native)
    const view = look(own)
    let dead = false
    let go

    const stop = () => {
      dead = true
      timers.forEach((id) => native.clearTimeout(id))
      // wasm_exec.js resumes Go until these are gone.
      if (go && go._scheduledTimeouts) go._scheduledTimeouts.clear()
      link.close()
    }

    // The loader is told later: we may be in the middle of a call out of Go.
    const end = (why) => {
      if (dead) return
      stop()
      native.setTimeout(() => {
        const field = see(root, 'textarea')
        deck.fallen(why, (field && field.value) || deck.draft())
      }, 0)
    }

    // painted resolves when what the visitor has opened, or is just about to,
    // is on the screen: Go's start takes a while, in which nothing is painted.
    const painted = () => new Promise((resolve) => {
      const next = () => {
        native.setTimeout(resolve, 100) // pages in the background paint nothing
        try {
          requestAnimationFrame(() => native.setTimeout(resolve, 0))
        } catch (err) {} // it is what the page made of it
      }
      if (capsule.framed) return next()
      // A hand on the launcher mostly presses it; it need not wait for long.
      capsule.launcher.addEventListener('click', next, { __proto__: null, once: true })
      native.setTimeout(next, 150)
    })

    // A trap inside Go must not surface as an error of the page.
    const guard = (fn) => function () {
      if (dead) return
      try {
        return fn.apply(this, arguments)
      } catch (err) {
        end(String(err))
      }
    }

    const later = (fn, ms) => {
      const id = native.setTimeout(guard(() => {
        timers.delete(id)
        fn()
      }), ms)
      timers.add(id)
      return id
    }

    const print = (fd, text) => {
      if (deck.options.debug === undefined) return
      const parts = ((lines[fd] || '') + text).split('\n')
      lines[fd] = parts.pop()
      parts.forEach((line) => console[fd === 2 ? 'error' : 'debug']('capsule: ' + line))
    }
    const quiet = { log: (text) => print(1, text + '\n') }
    quiet.warn = quiet.error = (...texts) => print(2, texts.join(' ') + '\n')

    const capsule = handOver(deck, phrases, (why) => print(2, why + '\n'))
    capsule.attempt = (target, method, args) => outcome(() => native.Reflect.apply(target[method], target, args || []))
    capsule.construct = (name, args) => outcome(() => native.Reflect.construct(view[name], args || []))
    Object.assign(own, native, { window: view, self: view, globalThis: view, setTimeout: later, WebSocket: link.Socket, capsule })

    ;((globalThis, fs, console, setTimeout, clearTimeout, Reflect, WebAssembly) => {
      WASM_EXEC
    })(view, { writeSync: (fd, bytes) => own.fs.writeSync(fd, bytes) }, quiet, later, native.clearTimeout, native.Reflect, native.WebAssembly)

    own.fs.writeSync = (fd, bytes) => {
      print(fd, decoder.decode(bytes, { __proto__: null, stream: true }))
      return bytes.length
    }

    go = new own.Go()
    go.exit = (code) => end('it exited with code ' + code)
    const resume = go._resume
    go._resume = guard(() => resume.call(go))

    return {
      stop,
      // run resolves when Go has been started and is rejected when it cannot be.
      run: (compiled) => painted().then(() => native.WebAssembly.instantiate(compiled, go.importObject)).then((instance) => {
        if (dead) return
        go.run(instance).then((code) => end('it exited with code ' + code), (err) => end(String(err)))
      }),
    }
  }

  // The official widget's names for what we have.
  const calls = {
    maximizeWidget: 'open', minimizeWidget: 'close', showWidget: 'show', hideWidget: 'hide',
    setDepartment: 'setDepartment', registerGuest: 'identify',
  }
  const facts = { setGuestName: 'name', setGuestEmail: 'email' }
  const events = {
    onChatMaximized: 'opened', onChatMinimized: 'closed', onChatStarted: 'started', onChatEnded: 'ended', onAssignAgent: 'agent',
  }

  /**
   * adapt answers a page made for the official widget: it carries out the
   * calls in the queue and those to come, and returns the way to end that.
   */
  const adapt = (act, on, safe) => {
    const theirs = window.RocketChat
    const known = { __proto__: null }
    Object.keys(calls).forEach((name) => { known[name] = safe((...args) => act(calls[name], args)) })
    Object.keys(facts).forEach((name) => { known[name] = safe((value) => act('identify', [{ [facts[name]]: value }])) })
    Object.keys(events).forEach((name) => { known[name] = safe((fn) => on(events[name], fn)) })
    // What has no counterpart is ignored, not an error on the page.
    const livechat = new Proxy(known, { __proto__: null, get: (own, name) => own[name] || (() => {}) })
    const run = safe((fn) => fn.call(livechat))
    const ours = (fn) => run(fn)
    ours._ = { push: run }
    ours.livechat = livechat
    window.RocketChat = ours
    Array.from(theirs._, (fn) => run(fn))
    return () => {
      if (window.RocketChat === ours) window.RocketChat = theirs
    }
  }

  script.capsule({
    adapt,
    prepare: (deck) => {
      deck.native = named(deck.natives)
      return catalog(deck).then((phrases) => () => make(deck, phrases))
    },
  })
})()
