// Fetching and compiling Go. Every file is checked against the hash packed
// into this script, so whoever pins this script pins them all.

import { base, negotiated, script } from './options.js'
import { fetch } from './safe.js'

// What is thrown in this file are sentences for the developer.
const lost = (name) => base + name + ' cannot be loaded (network, CSP, CORS) or was changed'

const get = (name, hash, low) => fetch(base + name, {
  __proto__: null,
  integrity: 'sha256-' + hash,
  priority: low ? 'low' : 'auto',
}).then((reply) => {
  if (reply.ok) return reply
  throw base + name + ' answered ' + reply.status
}, () => {
  throw lost(name)
})

const typed = (body) => new Response(body, { __proto__: null, headers: { 'content-type': 'application/wasm' } })

const fetchModule = async (low) => {
  const [name, hash, packed] = PACKED.wasm
  const compile = WebAssembly.compileStreaming // throws where there is none
  const plain = () => get(name, hash, low)
  let reply = await (negotiated || !window.DecompressionStream ? plain()
    : get(name + '.gz', packed, low).then(({ body }) => typed(body.pipeThrough(new DecompressionStream('gzip'))), plain))
  // Only an answer as it came from the network has its machine code cached
  // by the browser, so it is wrapped only where the host gives it another type.
  if (!/wasm$/.test(reply.headers.get('content-type'))) reply = typed(reply.body)
  return compile(reply).catch((err) => {
    throw name + " does not compile (a Content-Security-Policy needs 'wasm-unsafe-eval' in script-src): " + err
  })
}

const fetchRuntime = () => new Promise((resolve, reject) => {
  const [name, hash] = PACKED.runtime
  const tag = document.createElement('script')
  let url = base + name
  try {
    url = trustedTypes.createPolicy('capsule', { __proto__: null, createScriptURL: (url) => url }).createScriptURL(url)
  } catch (err) {} // there are none, or the page has a policy for all
  // The runtime hands itself over through its own tag: nothing becomes global.
  tag.capsule = resolve
  tag.onload = tag.onerror = () => {
    tag.remove()
    reject(lost(name))
  }
  tag.integrity = 'sha256-' + hash
  tag.crossOrigin = ''
  tag.nonce = script.nonce
  tag.src = url
  document.head.append(tag)
})

// A promise that failed is forgotten, so that the next call tries again.
const once = (fn) => {
  let held
  return (low) => held || (held = fn(low).catch((err) => {
    held = 0
    throw err
  }))
}

/** module resolves to the compiled wasm; low lets the rest of the page go first. */
export const module = once(fetchModule)

/** runtime resolves to what runtime.js hands over. */
export const runtime = once(fetchRuntime)
