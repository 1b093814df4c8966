// The few words the visitor may read before Go is there.

import { language } from './options.js'

/**
 * words are exchanged by the runtime once a catalog is there. The launcher's
 * own is packed: it is needed before anything may be fetched.
 */
export const words = {
  __proto__: null,
  open: PACKED.labels[language],
  title: 'Chat with us',
  close: 'Close chat',
  wait: 'Just a moment',
  write: 'Write a message',
  sorry: 'We can’t open the chat',
  copy: 'Copy text',
}
