// Runs in every frame of a page before anything else, and tells when its
// visitor sees what they wait for. WHAT is what to look for, by name: the text of
// a line, or a selector.
(() => {
  const tell = window.benchTell
  const what = WHAT
  const now = () => performance.timeOrigin + performance.now()
  const report = (name, at, more) => tell(JSON.stringify({ name, at, ...more }))

  const trees = () => {
    const host = document.querySelector('capsule-chat')
    return host ? [document, host.shadowRoot] : [document]
  }

  /** lines are the elements that show a text, apart from where it is typed. */
  const lines = (tree, text) => {
    const walker = document.createTreeWalker(tree.body || tree, NodeFilter.SHOW_TEXT)
    const found = []
    while (walker.nextNode()) {
      const { data, parentElement: parent } = walker.currentNode
      if (data.includes(text) && parent && !parent.closest('[contenteditable],script,style')) found.push(parent)
    }
    return found
  }

  /** fading tells whether an element is about to be seen: that goes on whatever the page is busy with. */
  const fading = (tree, node) => tree.getAnimations().some((a) => a.playState === 'running' && a.effect.target.contains(node))

  /** shown is the place of an element that a visitor can see, and reach with the mouse. */
  const shown = (tree, node) => {
    if (node.disabled || !node.checkVisibility({ visibilityProperty: true })) return
    if (!node.checkVisibility({ opacityProperty: true }) && !fading(tree, node)) return
    const { x, y, width, height } = node.getBoundingClientRect()
    const place = { x: x + width / 2, y: y + height / 2 }
    const top = width && height && tree.elementFromPoint(place.x, place.y)
    return top && (node.contains(top) || top.contains(node)) ? place : undefined
  }

  const look = (name) => {
    for (const tree of trees()) {
      const found = /^line/.test(name) ? lines(tree, what[name]) : tree.querySelectorAll(what[name])
      for (const node of found) {
        const place = shown(tree, node)
        if (place) return place
      }
    }
  }

  const awaited = new Set()
  const seen = new Set()
  const frame = () => {
    for (const name of awaited) {
      const place = look(name)
      if (!place) continue
      awaited.delete(name)
      seen.add(name)
      // A message posted within a frame arrives when the frame has been painted.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => report(name, now(), place)
      port2.postMessage(0)
    }
    if (awaited.size) requestAnimationFrame(frame)
  }
  const wait = (...names) => {
    if (!awaited.size) requestAnimationFrame(frame)
    names.forEach((name) => awaited.add(name))
  }
  /** listen tells when the visitor acts: the time of the input, not of its handling. */
  const listen = (type, fits, name, ...names) => window.addEventListener(type, (e) => {
    if (!e.isTrusted || !fits(e)) return
    report(name, performance.timeOrigin + e.timeStamp)
    wait(...names.filter((name) => !seen.has(name)))
  }, true)
  listen('click', () => true, 'click', 'field', 'form')
  listen('keydown', (e) => e.key === 'Enter', 'enter', ...Object.keys(what).filter((name) => !/launcher|field|form/.test(name)))
  wait('launcher')

  const { compileStreaming, instantiate } = WebAssembly
  WebAssembly.compileStreaming = (...args) => {
    const compiled = compileStreaming(...args)
    compiled.then(() => report('compiled', now()), () => {})
    return compiled
  }
  const memories = []
  WebAssembly.instantiate = async (...args) => {
    const made = await instantiate(...args)
    const { exports } = made.instance || made
    memories.push(...Object.values(exports).filter((e) => e instanceof WebAssembly.Memory))
    return made
  }

  if (window !== top) return
  const kept = { long: [], shift: 0 }
  new PerformanceObserver((list) => list.getEntries().forEach((e) => kept.long.push([e.startTime, e.duration])))
    .observe({ type: 'longtask', buffered: true })
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) kept.shift += e.value }))
    .observe({ type: 'layout-shift', buffered: true })
  window.bench = () => JSON.stringify({
    origin: performance.timeOrigin,
    ...kept,
    wasm: memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0),
  })
})()
