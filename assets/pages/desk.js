// The agent desk: signing in and out, and what goes on around the chats.

import { drawList } from './desk-list.js'
import { findServer, keep, kept, refusal } from './desk-login.js'
import { ask, part, write } from './desk-page.js'
import { Desk } from './desk-seat.js'
import { Talk } from './desk-talk.js'

const title = document.title
const talk = new Talk()
let desk = null

const showDoor = (error = '') => {
  desk = null
  part('door').hidden = false
  part('desk').hidden = part('signed').hidden = true
  write(part('connection'), '')
  write(part('login-error'), error)
  document.title = title
}

const enter = async (ways) => {
  desk = new Desk(await findServer())
  await desk.enter(ways)
  desk.addEventListener('change', draw)
  desk.addEventListener('end', ({ detail }) => {
    keep(null)
    showDoor(refusal(detail))
  })
  part('door').hidden = true
  part('desk').hidden = part('signed').hidden = false
  draw()
}

const draw = () => {
  if (!desk) return
  const { username, token } = desk.me
  if (kept()?.token !== token) keep({ username, token }) // a server that restarted gives another one
  const line = part('connection')
  line.dataset.state = desk.up ? 'up' : 'down'
  write(line, desk.up ? `Signed in as ${username}` : 'Connection lost. Trying again…')
  part('available').checked = desk.available
  const open = drawList(desk, () => talk.focus())
  talk.draw(desk)
  part('desk').dataset.view = desk.chosen ? 'talk' : 'list'
  document.title = (open ? `(${open}) ` : '') + title
}

part('login').addEventListener('submit', async (event) => {
  event.preventDefault()
  const button = event.target.querySelector('button')
  const { username, password } = Object.fromEntries(new FormData(event.target))
  write(part('login-error'), '')
  button.disabled = true
  try {
    await enter({ username, password })
  } catch (err) {
    showDoor(refusal(err))
  }
  button.disabled = false
})

part('leave').addEventListener('click', () => ask('leave-dialog', async () => {
  const leaving = desk
  await leaving.leave()
  keep(null)
  showDoor()
}))

part('available').addEventListener('change', ({ target }) => desk.setAvailable(target.checked).catch(() => {})) // told again with the next connection
document.addEventListener('visibilitychange', () => desk?.look())

const ways = kept()
if (ways) enter(ways).catch((err) => showDoor(err.code === '403' ? '' : refusal(err)))
else showDoor()
