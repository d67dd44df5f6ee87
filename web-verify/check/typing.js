// While a serial is typed: says what cannot be, how much is missing, and shows it as it is printed. What was typed stays as
// it was typed.
import { HIDDEN, SERIAL, inFours, isPasted, read } from './typed.js'

/**
 * What there is to say about a text, and whether it stands in the way.
 * @param {string} text
 * @returns {{ what: 'nothing' | 'impossible' | 'short' | 'hidden' | 'whole' | 'long', shown: string, number: number }}
 */
export function remark(text) {
  if (!text.trim() || isPasted(text)) return { what: 'nothing', shown: '', number: 0 }
  const { characters, impossible } = read(text)
  const shown = inFours(characters)
  if (impossible.length) return { what: 'impossible', shown: impossible.join(' '), number: 0 }
  const missing = SERIAL - characters.length
  if (missing < 0) return { what: 'long', shown, number: -missing }
  if (missing === 0) return { what: 'whole', shown, number: 0 }
  return { what: characters.length === HIDDEN ? 'hidden' : 'short', shown, number: missing }
}

for (const field of globalThis.document?.querySelectorAll('input[data-typing]') ?? []) {
  if (field instanceof HTMLInputElement) follow(field)
}

/** @param {HTMLInputElement} field */
function follow(field) {
  const says = document.createElement('p')
  says.className = 'says'
  says.id = `${field.id}-says`
  says.setAttribute('role', 'status') // read out when it has changed, after what is being read
  field.after(says)
  field.setAttribute('aria-describedby', `${says.id} ${field.getAttribute('aria-describedby') ?? ''}`.trim())
  const tell = () => {
    const { what, shown, number } = remark(field.value)
    const words = field.dataset[what] ?? ''
    says.textContent = words.replace('{shown}', shown).replace('{n}', String(number))
    says.dataset.what = what
    const isWrong = what === 'impossible' || what === 'long'
    if (isWrong) field.setAttribute('aria-invalid', 'true')
    else field.removeAttribute('aria-invalid')
  }
  field.addEventListener('input', (event) => {
    // A Chinese keyboard is still composing: what stands there is not yet what is meant.
    if (!(event instanceof InputEvent && event.isComposing)) tell()
  })
  field.addEventListener('compositionend', tell)
  tell()
}
