// What a page can call once Capsule's script tag is on it.
//
//   <script async src="https://chat.example/capsule.js"></script>
//
// Every call may be made at once: what needs the widget waits for it. Before
// the script itself is there, leave calls in an array; they are made as soon
// as it is:
//
//   window.Capsule = window.Capsule || []   // in TypeScript: ([] as any)
//   Capsule.push(['open'], ['on', 'message', (message) => { ... }])

export interface Identity {
  name?: string
  email?: string
  /**
   * A JWT by your own server that proves who the visitor is, for a server
   * that was given the key (-identity-key-file): sub is the user's id, aud the
   * origin of the page, exp at most five minutes after iat, name and email if
   * you like; HS256 or EdDSA. The visitor then has one conversation on all his
   * devices. A conversation that was here before is left; of another user
   * nothing stays. Give it when 'ready' is told, since it is good for minutes
   * only. When it is not taken, 'error' is told with the code 'identity', and
   * the visitor stays who he was.
   *
   *   Capsule.on('ready', async () => Capsule.identify({ identity: await mine() }))
   *
   * null, when the user logs out: his conversation is taken off this page and
   * out of its storage.
   */
  identity?: string | null
}

/** What is told to a listener, by the name of the event. */
export interface Events {
  /** The widget has started; calls are carried out from now on. */
  ready: undefined
  opened: undefined
  closed: undefined
  /** The conversation began, or ended; room is its id in Rocket.Chat. */
  started: { room: string }
  ended: { room: string }
  /** Somebody else wrote; id is the message's in Rocket.Chat. */
  message: { id: string }
  /** How many messages have not been seen. */
  unread: { count: number }
  /** Who answers has changed, or whether he is there ("" is not known). */
  agent: { name: string; status: string }
  /**
   * Chat could not start, in words for a developer; or something failed while
   * it ran, by a code such as 'identity'.
   */
  error: string | { code: string }
  /** The widget is gone from the page. */
  destroyed: undefined
}

export interface Capsule {
  /** Which build this is; also the name of the pinned file capsule-<version>.js. */
  readonly version: string
  open(): void
  close(): void
  toggle(): void
  /** Shows the launcher again after hide. */
  show(): void
  /** Takes launcher and panel out of sight. */
  hide(): void
  /** Says who the visitor is, so that they need not be asked. */
  identify(who: Identity): void
  setDepartment(department: string): void
  /** Calls fn for every such event; returns the way to stop that. */
  on<E extends keyof Events>(event: E, fn: (detail: Events[E]) => void): () => void
  /** Makes calls given as arrays: ['open'], ['setDepartment', 'Sales']. */
  push(...calls: [name: string, ...args: unknown[]][]): void
  /** Removes Capsule from the page, with everything it added. */
  destroy(): void
}

/** The data-* attributes of the script tag. */
export interface Options {
  /** Address of Capsule's server; by default where the script came from. */
  'data-server'?: string
  'data-department'?: string
  /** An e-mail address, or a mailto:, tel: or https: address, for when chat cannot start. */
  'data-contact'?: string
  /** Any CSS colour. Text on it is made dark or light to suit. */
  'data-color'?: string
  /** The side of the window; on a page from right to left they are exchanged. */
  'data-position'?: 'left' | 'right'
  'data-title'?: string
  /** A language tag; by default the page's lang, then the browser's. */
  'data-language'?: string
  'data-name'?: string
  'data-email'?: string
  /**
   * idle: fetch and compile when the page has loaded and rests, unless the
   * visitor saves data. intent: fetch nothing until they turn to the launcher.
   * eager: fetch at once. In no case does it run, store or ask anything
   * before that.
   */
  'data-load'?: 'idle' | 'intent' | 'eager'
  /** off: no sound when an answer comes. */
  'data-sound'?: 'off'
  /** Write what the widget does to the console. */
  'data-debug'?: ''
}

/**
 * CSS properties a page may set on capsule-chat: --capsule-accent,
 * --capsule-on-accent, --capsule-surface, --capsule-text, --capsule-muted,
 * --capsule-border, --capsule-bubble-agent, --capsule-bubble-visitor,
 * --capsule-radius, --capsule-font, --capsule-shadow, --capsule-z,
 * --capsule-offset-x, --capsule-offset-y.
 */
declare global {
  var Capsule: Capsule
}
