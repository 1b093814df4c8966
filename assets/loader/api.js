// What the page can call: window.Capsule.

import { safe } from './safe.js'

let heard = []

/** emit tells the page's listeners that something happened. */
export const emit = (name, detail) => heard.forEach((h) => h[0] === name && h[1](detail))

export const on = (name, fn) => {
  const h = [name, safe(fn)]
  heard = [...heard, h]
  return () => { heard = heard.filter((other) => other !== h) }
}

/**
 * publish puts window.Capsule in place; act carries out a call by name. It
 * returns the way to take it away again.
 */
export const publish = (act) => {
  const before = window.Capsule
  const capsule = window.Capsule = {
    version: PACKED.version,
    on: safe(on),
    // A page may have left calls in an array: [['open'], ['on', 'message', fn]].
    push: safe((...calls) => calls.forEach(([name, ...args]) => capsule[name](...args))),
  }
  'open close toggle show hide identify setDepartment destroy'.split(' ').forEach((name) => {
    capsule[name] = safe((...args) => act(name, args))
  })
  if (Array.isArray(before)) capsule.push(...before)

  return () => {
    heard = []
    if (window.Capsule === capsule) delete window.Capsule
  }
}
