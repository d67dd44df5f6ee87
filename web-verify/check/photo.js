// A photo is read in the browser; what it cannot read there is sent to the server, as without any script.
import { detector } from './detector.js'
import { say } from './words.js'

/** Pixels of the longer side at which a symbol is looked for: small for noise, large for small symbols. */
const SIDES = [1600, 3200, 800]
/** Bytes that the server takes. */
const MOST_BYTES = 10 * 1024 * 1024

/**
 * @param {HTMLElement} section
 * @param {HTMLFormElement} form
 * @param {HTMLElement} status
 * @param {(texts: string[]) => boolean} found whether something was said or done about them
 */
export function readPhotos(section, form, status, found) {
  const field = form.querySelector('input[type=file]')
  if (!(field instanceof HTMLInputElement)) return
  let isBusy = false
  const read = async () => {
    const file = field.files?.[0]
    if (!file) {
      status.textContent = say(section, 'no-file')
      return
    }
    if (isBusy) return
    isBusy = true
    status.textContent = say(section, 'reading')
    const texts = await symbols(file).catch(() => [])
    isBusy = false
    if (texts.length && found(texts)) return
    if (file.size > MOST_BYTES) {
      status.textContent = say(section, 'too-big')
      return
    }
    status.textContent = say(section, 'sending')
    form.submit()
  }
  form.noValidate = true // what is missing is said in words of ours
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void read()
  })
  field.addEventListener('change', () => {
    if (field.files?.length) void read()
  })
}

/**
 * The texts of the symbols of a picture.
 * @param {Blob} file
 */
async function symbols(file) {
  const reader = await detector()
  const picture = await createImageBitmap(file)
  try {
    const longer = Math.max(picture.width, picture.height)
    for (const side of SIDES) {
      if (longer < side && side > 1600) continue // never enlarged
      const scale = Math.min(1, side / longer)
      const canvas = document.createElement('canvas')
      canvas.width = Math.max(1, Math.round(picture.width * scale))
      canvas.height = Math.max(1, Math.round(picture.height * scale))
      canvas.getContext('2d', { willReadFrequently: true })?.drawImage(picture, 0, 0, canvas.width, canvas.height)
      const found = await reader.detect(canvas)
      if (found.length) return found.map((one) => one.rawValue)
    }
    return []
  } finally {
    picture.close()
  }
}
