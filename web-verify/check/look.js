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

  addCamera(section, status, (texts) => {
    const opened = opens(texts)
    if (!opened) explains(texts)
    return opened
  })
  status.after(foreign)
  const form = section.querySelector('form')
  if (form) {
    readPhotos(section, form, status, (texts) => {
      if (!opens(texts)) {
        status.textContent = ''
        shown = ''
        explains(texts)
      }
      return true
    })
  }
}
