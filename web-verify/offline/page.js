// The page of a check without a network: it looks at its own address, checks, and shows one of the findings that the page
// brought along. All words are the page's; nothing that was scanned becomes markup.

import { isPasted } from '../check/typed.js'
import { check } from './check.js'
import { read } from './code.js'
import { keysOf } from './keys.js'
import { keep } from './kept.js'

/** @typedef {import('./check.js').Finding} Finding */
/** @typedef {import('./code.js').Payload} Payload */

/** The forms of the product, by the byte in the code. */
const FORMS = ['', 'fresh', 'canned', 'frozen', 'salted', 'ready-to-eat', 'dried', 'powder']

/** What the address asks about; `null` if nothing. */
function asked() {
  const { pathname, search } = window.location
  if (/^\/t\//i.test(pathname)) return pathname.slice('/t/'.length)
  return pathname === '/check' ? new URLSearchParams(search).get('q') : null
}

/**
 * Whether this was typed and cannot be a serial: no verdict, and with a network none either.
 * @param {string} question
 */
function isUnfinished(question) {
  return window.location.pathname === '/check' && !isPasted(question) && !read(question)
}

/** @param {string} address */
async function kept(address) {
  const data = await caches.open('data')
  return data.match(address)
}

/**
 * The words for a word, in the page's language.
 * @param {string} word
 */
function said(word) {
  const templates = document.querySelectorAll('template[data-word]')
  for (const template of templates) {
    if (template instanceof HTMLTemplateElement && template.dataset.word === word) return template.content.textContent ?? ''
  }
  return ''
}

/**
 * A minute in Beijing, which is said where that does not go without saying.
 * @param {number} seconds since 1970
 */
function dayOf(seconds) {
  const style = /** @type {const} */ ({ dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Shanghai' })
  // As the pages of the server write a day: 28 November 2026.
  const language = document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang
  const time = new Intl.DateTimeFormat(language, style).format(seconds * 1000)
  return said('beijing').replace('{time}', time)
}

/**
 * Name and code of a licensee, as the directory on this phone has them.
 * @param {number} number
 */
async function firm(number) {
  const directory = await (await kept('/directory.json'))?.json()
  const all = [...(directory?.licensees ?? []), ...(directory?.ended ?? [])]
  const found = all.find((one) => one.number === number)
  return { firm: found?.name ?? said('no_name'), uscc: found?.uscc ?? '–' }
}

/**
 * @param {Finding} finding
 * @param {number} now
 * @returns {Promise<Record<string, string>>}
 */
async function values(finding, now) {
  const payload = finding.code?.payload
  const form = payload && FORMS[payload.form]
  return {
    domain: window.location.host,
    now: dayOf(now),
    date: finding.list ? dayOf(finding.list.madeAt) : '',
    reason: finding.reason ? said(`list:${finding.reason}`) : '',
    season: String(payload?.season ?? ''),
    batch: String(payload?.batch ?? ''),
    form: form ? said(form) : String(payload?.form ?? ''),
    ...(payload && (await firm(payload.licensee))),
  }
}

/**
 * Puts values into the places in braces of all text below.
 * @param {DocumentFragment} shown
 * @param {Record<string, string>} places
 */
function fill(shown, places) {
  const texts = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    node.nodeValue = (node.nodeValue ?? '').replaceAll(/\{(\w+)\}/g, (place, name) => places[name] ?? place)
  }
}

/**
 * @param {Finding} finding
 * @param {number} now
 */
async function show(finding, now) {
  const template = document.querySelector(`template[data-finding="${finding.verdict}"]`)
  if (!(template instanceof HTMLTemplateElement)) return
  const shown = /** @type {DocumentFragment} */ (template.content.cloneNode(true))
  for (const note of shown.querySelectorAll('[data-clock]')) {
    if (note.getAttribute('data-clock') !== finding.clock) note.remove()
  }
  if (!finding.list) for (const fact of shown.querySelectorAll('[data-list]')) fact.remove()
  fill(shown, await values(finding, now))
  const words = document.querySelectorAll('main > template')
  document.querySelector('main')?.replaceChildren(shown, ...words)
  document.title = document.querySelector('h1')?.textContent ?? document.title
}

async function main() {
  const question = asked()
  if (question === null) return
  const now = Date.now()
  const seconds = Math.floor(now / 1000)
  const keys = await (await kept('/.well-known/jwks.json'))?.json()
  const list = await (await kept('/offline/list'))?.arrayBuffer()
  const bytes = list ? new Uint8Array(list) : null
  /** @type {Finding} */
  const finding = isUnfinished(question)
    ? { verdict: 'serial' }
    : await check(question, keys ? keysOf(keys) : null, bytes, seconds)
  await show(finding, seconds)
  if (!finding.code) return
  await keep(finding.code.text, now)
  const registration = await navigator.serviceWorker?.ready
  window.addEventListener('online', () => registration?.active?.postMessage('send'))
  const { sync } = /** @type {{ sync?: { register(tag: string): Promise<void> } }} */ (registration ?? {})
  await sync?.register('checks').catch(() => {})
}

main()
