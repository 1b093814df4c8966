// Capsule's script tag: draws the launcher, and starts Go when the visitor
// shows that they want to chat. Until then it stores nothing, and asks
// neither Capsule's server nor Rocket.Chat anything.

import { emit, on, publish } from './api.js'
import { host, mount, reset, root } from './element.js'
import { frame } from './frame.js'
import { expand, launcher, opened } from './launcher.js'
import { base, bridge, contact, language, options } from './options.js'
import { clearTimeout, listen, natives, safe, say, setTimeout } from './safe.js'
import { module, runtime } from './start.js'
import { words } from './words.js'

let phase = '' // starting, running, failed, gone
let api // Go's, while it runs
let engine // the runtime that Go runs in
let pane // our frame; it keeps what was typed while it is closed
let draft = '' // what was typed when there was no frame yet
let falls = 0
let slow // the timer of our patience
let waiting = [] // calls of the page that Go has not seen

/** show draws the frame, which can be seen while the launcher is expanded. */
const show = () => {
  if (!pane) root.append((pane = frame(draft, close)).node)
  pane.show(phase === 'failed')
}

/** elsewhere says that the visitor is writing in the page: he is not interrupted. */
const elsewhere = () => document.activeElement.matches(':read-write,select,iframe')

const open = () => {
  expand(true)
  // Opening it once more is how a visitor tries again.
  if (phase === 'failed') phase = ''
  begin()
  show()
  if (!elsewhere()) pane.focus()
}

const close = () => {
  expand(false)
  if (!elsewhere()) launcher.focus()
}

const fail = (err) => {
  if (phase === 'gone') return
  clearTimeout(slow)
  if (engine) engine.stop()
  phase = 'failed'
  say(err)
  if (pane) show()
  emit('error', '' + err)
}

/** deck is what the runtime may use of us. */
const deck = {
  __proto__: null,
  natives,
  root,
  options,
  bridge,
  contact,
  language,
  base,
  words,
  /** reword is told when words have changed. */
  reword: () => pane && show(),
  draft: () => (pane ? pane.box.value : draft),
  emit: safe(emit),

  /** ready is told once when Go has its panel; the frame is no longer ours. */
  ready: (go) => {
    if (phase === 'gone') return
    clearTimeout(slow)
    phase = 'running'
    api = go
    pane = 0
    draft = ''
    waiting.forEach((call) => api.call(...call))
    waiting = []
    emit('ready')
  },

  /** fallen is told once when a run of Go is over, however it ended. */
  fallen: safe((why, text) => {
    if (phase === 'gone') return
    draft = text
    api = pane = 0
    phase = ''
    reset(launcher)
    if (falls++) fail('stopped twice: ' + why)
    else begin()
    if (opened()) {
      show()
      pane.focus()
    }
  }),
}

const begin = () => {
  if (phase) return
  phase = 'starting'
  clearTimeout(slow)
  slow = setTimeout(safe(() => {
    say('no answer for 15 s')
    if (pane) pane.show(true)
  }), 15e3)
  Promise.all([module(), runtime().then((go) => go.prepare(deck))]).then(([compiled, make]) => {
    if (phase !== 'starting') return
    engine = make()
    return engine.run(compiled)
  }).catch(safe(fail))
}

const act = (name, args) => {
  if (name === 'destroy') return destroy()
  if (/show|hide/.test(name)) host.hidden = name === 'hide'
  if (api) return api.call(name, args)
  if (name === 'toggle') name = opened() ? 'close' : 'open'
  if (name === 'open') open()
  else if (name === 'close') opened() && close()
  else waiting.push([name, args])
}

const destroy = () => {
  if (api) api.call('destroy', [])
  phase = 'gone'
  clearTimeout(slow)
  emit('destroyed')
  undo.forEach((fn) => fn())
  // Go says goodbye to the server; it has a moment for that.
  if (engine) setTimeout(engine.stop, 1e3)
}

const stored = () => {
  try {
    return Object.keys(localStorage).some((key) => /^capsule\/1\//.test(key))
  } catch (err) {} // storage is forbidden here
}

/** rest is what may be done while the visitor reads the page. */
const rest = () => {
  const net = navigator.connection || {}
  if (phase) return
  if (stored()) begin()
  else if (options.load === 'eager' || (options.load !== 'intent' && !net.saveData && !/2g/.test(net.effectiveType))) {
    module(true).catch(() => {})
    show() // unseen, so that a click has nothing left to lay out
  }
}

const calm = () => (window.requestIdleCallback || setTimeout)(safe(rest))

listen(launcher, 'pointerenter focus', begin) // a finger enters as it touches
listen(launcher, 'click', () => act('toggle', []))
reset(launcher)
const undo = [mount(), publish(act)]
// A page made for the official widget has left calls in its queue.
if (window.RocketChat && RocketChat._) runtime().then((go) => undo.push(go.adapt(act, on, safe))).catch(safe(fail))

if (options.load === 'eager') rest()
else if (document.readyState === 'complete') calm()
else listen(window, 'load', calm)
