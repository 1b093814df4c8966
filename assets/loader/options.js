// What the script tag says, and where things are.

/** script is the tag that brought us. */
export const script = document.currentScript

/** options holds the tag's data-* attributes, in camelCase, as strings. */
export const options = { __proto__: null, ...script.dataset }

const trim = (url) => (url.origin + url.pathname).replace(/\/+$/, '')
const folder = new URL('.', script.src)

/** base is the folder this script came from; every other file is beside it. */
export const base = folder.href

/** bridge is the address of Capsule's server, without a slash at its end. */
export const bridge = trim(new URL(options.server || PACKED.server || base, location.href))

/**
 * negotiated says that our files come from Capsule's own server, which
 * compresses by itself. Any other place is taken for a static host: there
 * the packed copy of the wasm is fetched under its own name.
 */
export const negotiated = bridge === trim(folder)

/**
 * contact is where visitors can turn when chat cannot start, or undefined.
 * What has no scheme is taken for an e-mail address; only these three
 * schemes ever become a link.
 */
export const contact = [options.contact, 'mailto:' + options.contact]
  .find((to) => /^(mailto:.+@|tel:|https:)./i.test(to))

/**
 * language is the visitor's: the one the tag or the page names, else the
 * browser's, and English where we do not have that.
 */
const tag = (options.language || document.documentElement.lang || navigator.language).toLowerCase()
export const language = [tag, tag.split('-')[0]].find((tag) => tag in PACKED.labels) || 'en'
