// Who sits at the desk, and at which Rocket.Chat.

import { Refused } from './desk-link.js'

const key = 'capsule/1/desk' // in sessionStorage: a reload stays signed in, a closed tab does not

/** keep remembers {username, token} for a reload, or forgets. Storage may be forbidden; then a reload asks again. */
export const keep = (ways) => {
  try {
    if (ways) sessionStorage.setItem(key, JSON.stringify(ways))
    else sessionStorage.removeItem(key)
  } catch (err) {}
}

/** kept is what keep remembers, or null. */
export const kept = () => {
  try {
    return JSON.parse(sessionStorage.getItem(key))
  } catch (err) {
    return null
  }
}

/** findServer asks Capsule's server which Rocket.Chat there is. */
export const findServer = async () => {
  const reply = await fetch('v1/config', { cache: 'no-store' }).catch(() => null)
  if (!reply) throw new Error('Capsule’s server does not answer.')
  const body = /json/.test(reply.headers.get('content-type')) ? await reply.json() : {}
  if (body.server?.socket) return body
  throw new Error(body.error && body.error !== 'not-found'
    ? 'Rocket.Chat does not answer.'
    : 'There is no Capsule server behind this page. Run “./build.sh demo” and open its desk.')
}

/** Passwords travel as SHA-256, but plain where the page is not served securely: browsers have no SHA-256 there. */
const digest = async (password) => {
  if (!crypto.subtle) return password
  const sum = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(password))
  return { digest: Array.from(new Uint8Array(sum), (b) => b.toString(16).padStart(2, '0')).join(''), algorithm: 'sha-256' }
}

/** logIn takes the token of an earlier time if there is one, else the password. It resolves to {id, token}. */
export const logIn = async (link, { username, password, token }) => {
  if (token) {
    try {
      return await link.call('login', { resume: token })
    } catch (err) {
      if (!password || !(err instanceof Refused)) throw err // a server that restarted has forgotten the token
    }
  }
  return link.call('login', { user: { username }, password: await digest(password) })
}

/** refusal is why signing in failed, in words for people. */
export const refusal = (err) => {
  if (err.code === '403') return 'User name and password do not fit.'
  if (/totp/.test(err.code)) return 'This account asks for a second factor, which this desk does not know.'
  return err.message
}
