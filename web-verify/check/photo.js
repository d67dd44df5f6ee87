// A photo is read in the browser; what it cannot read there is sent to the server, as without any script.
import { detector } from './detector.js'
import { say } from './words.js'

/** Pixels of the longer side at which a symbol is looked for: small for noise, large for small symbols. */
const SIDES = [1600, 3200, 800]
/** Symbols of one picture: more than a sheet of labels has that somebody chooses from. */
const MOST_SYMBOLS = 40
/** Pixels of the longer side of what is shown of each. */
const SHOWN = 320
/** Bytes that the server takes. */
const MOST_BYTES = 10 * 1024 * 1024

/**
 * @typedef {{ text: string, picture: HTMLCanvasElement }} Seen a symbol: what it says, and how it and what is printed around it look
 */

/**
 * @param {HTMLElement} section
 * @param {HTMLFormElement} form
 * @param {HTMLElement} status
 * @param {(seen: Seen[]) => boolean} found whether something was said or done about them
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
    const seen = await symbols(file).catch(() => [])
    isBusy = false
    if (seen.length && found(seen)) return
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
 * The symbols of a picture.
 * @param {Blob} file
 * @returns {Promise<Seen[]>}
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
      const seen = await all(reader, canvas)
      if (seen.length) return seen
    }
    return []
  } finally {
    picture.close()
  }
}

/**
 * All symbols of a canvas. Readers that find one at a time are asked again with that one painted over.
 * @param {import('./detector.js').Detector} reader
 * @param {HTMLCanvasElement} canvas
 */
async function all(reader, canvas) {
  /** @type {Seen[]} */
  const seen = []
  const pencil = canvas.getContext('2d')
  while (pencil && seen.length < MOST_SYMBOLS) {
    const found = await reader.detect(canvas)
    if (!found.length) break
    seen.push(...found.map((one) => ({ text: one.rawValue, picture: around(canvas, one.boundingBox) })))
    pencil.fillStyle = '#fff'
    for (const { boundingBox: box } of found) pencil.fillRect(box.x, box.y, box.width, box.height)
  }
  return seen
}

/**
 * A symbol with what is printed around it: the serial stands below.
 * @param {HTMLCanvasElement} canvas
 * @param {DOMRectReadOnly} box
 */
function around(canvas, box) {
  const [left, top] = [Math.max(0, box.x - box.width * 0.25), Math.max(0, box.y - box.height * 0.25)]
  const width = Math.min(canvas.width - left, box.width * 1.5)
  const height = Math.min(canvas.height - top, box.height * 1.8)
  const scale = Math.min(1, SHOWN / Math.max(width, height))
  const picture = document.createElement('canvas')
  picture.width = Math.max(1, Math.round(width * scale))
  picture.height = Math.max(1, Math.round(height * scale))
  picture.getContext('2d')?.drawImage(canvas, left, top, width, height, 0, 0, picture.width, picture.height)
  return picture
}
