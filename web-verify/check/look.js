// Checks by camera and by photo: whatever is read leads to the mark's page, or is shown as text.
import { addCamera } from './camera.js'
import { readPhotos } from './photo.js'
import { wayTo, whose } from './symbol.js'
import { make, say } from './words.js'

/** Characters of a foreign symbol that are shown. */
const MOST_SHOWN = 300

for (const section of document.querySelectorAll('section.look')) {
  if (section instanceof HTMLElement) begin(section)
}

/** @param {HTMLElement} section */
function begin(section) {
  const { domain = '', query = '' } = section.dataset
  const status = make('p', 'says')
  status.setAttribute('role', 'status')
  const foreign = make('div', 'foreign')
  foreign.setAttribute('role', 'status')
  let shown = ''

  /** @param {string[]} texts */
  const opens = (texts) => {
    for (const text of texts) {
      const symbol = whose(text, domain)
      if (symbol.is !== 'ours') continue
      status.textContent = say(section, 'found')
      navigator.vibrate?.(60)
      location.assign(wayTo(symbol.asks, query))
      return true
    }
    return false
  }
  /** @param {string[]} texts */
  const explains = (texts) => {
    const [text = ''] = texts
    if (text === shown) return
    shown = text
    const { is } = whose(text, domain)
    const quote = make('p', 'quote')
    quote.append(make('bdi', '', [...text].slice(0, MOST_SHOWN).join('')))
    foreign.replaceChildren(make('p', '', say(section, is)), make('h3', '', say(section, 'says')), quote)
  }

  /**
   * Of several marks the person says which one is meant.
   * @param {import('./photo.js').Seen[]} seen
   */
  const lets = (seen) => {
    /** @type {Map<string, HTMLCanvasElement>} */
    const ways = new Map()
    for (const { text, picture } of seen) {
      const symbol = whose(text, domain)
      if (symbol.is === 'ours') ways.set(wayTo(symbol.asks, query), picture)
    }
    if (ways.size < 2) return false
    const list = make('ol', 'choices')
    for (const [way, picture] of ways) {
      const link = make('a', '', say(section, 'several-this'))
      link.href = way
      link.prepend(picture)
      const item = make('li', '')
      item.append(link)
      list.append(item)
    }
    foreign.replaceChildren(make('h3', '', say(section, 'several')), make('p', '', say(section, 'several-lead')), list)
    status.textContent = ''
    shown = ''
    return true
  }

  addCamera(section, status, (texts) => {
    const opened = opens(texts)
    if (!opened) explains(texts)
    return opened
  })
  status.after(foreign)
  const form = section.querySelector('form')
  if (form) {
    readPhotos(section, form, status, (seen) => {
      const texts = seen.map(({ text }) => text)
      if (!lets(seen) && !opens(texts)) {
        status.textContent = ''
        shown = ''
        explains(texts)
      }
      return true
    })
  }
}
