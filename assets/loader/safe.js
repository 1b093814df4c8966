// Nothing of ours may throw on the page that carries us.

/**
 * What the page gave us when it loaded this script. Pages and libraries patch
 * these later; ours, and Go's, is what was there first.
 */
export const { fetch, setTimeout, clearTimeout, WebSocket } = window

/** natives is all of that for the runtime, which knows the order. */
export const natives = [fetch, setTimeout, clearTimeout, WebSocket,
  // Members of these can be replaced one by one, so they are copied.
  ...[JSON, Reflect, window.WebAssembly || {}].map((space) => Object.create(null, Object.getOwnPropertyDescriptors(space)))]

let said
/** say prints the one line a developer gets to see about a failure. */
export const say = (why) => {
  if (said !== (why += '')) console.warn('capsule: ' + (said = why))
}

/** safe makes fn fit to be called by the page: it never throws. */
export const safe = (fn) => (...args) => {
  try {
    return fn(...args)
  } catch (err) {
    say(err)
  }
}

/** listen adds a listener, for one or more types of event, that never throws. */
export const listen = (target, types, fn) => {
  types.split(' ').forEach((type) => target.addEventListener(type, safe(fn)))
}
