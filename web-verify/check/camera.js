// The camera in the page. The browser asks for it when somebody presses the button, not before.
import { detector } from './detector.js'
import { make, say } from './words.js'

/** Milliseconds between two looks: the phone stays cool, and nobody notices. */
const PAUSE_MS = 120

/**
 * Adds the button, and looks until something is found that is ours.
 * @param {HTMLElement} section
 * @param {HTMLElement} status what is told
 * @param {(texts: string[]) => boolean} found whether that is all
 */
export function addCamera(section, status, found) {
  const button = make('button', 'open', say(section, 'camera'))
  button.type = 'button'
  button.addEventListener('click', async () => {
    button.disabled = true
    try {
      await look(section, status, button, found)
    } finally {
      button.disabled = false
    }
  })
  section.querySelector('h2')?.after(button, status)
}

/**
 * @param {HTMLElement} section
 * @param {HTMLElement} status
 * @param {HTMLButtonElement} button
 * @param {(texts: string[]) => boolean} found
 */
async function look(section, status, button, found) {
  if (!window.isSecureContext) return tell(status, say(section, 'insecure'))
  if (!navigator.mediaDevices?.getUserMedia) return tell(status, say(section, 'missing'))
  tell(status, say(section, 'opening'))
  /** @type {MediaStream} */
  let stream
  try {
    const wanted = { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 1280 } }
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false })
  } catch (error) {
    return tell(status, say(section, reason(error)))
  }
  const view = make('div', 'view')
  const video = make('video', '')
  video.muted = true
  video.playsInline = true
  video.setAttribute('aria-label', say(section, 'video'))
  const stop = make('button', 'stop', say(section, 'stop'))
  stop.type = 'button'
  const buttons = make('p', 'buttons')
  buttons.append(stop, ...torch(section, stream))
  view.append(video, make('span', 'aim'))
  status.after(view, buttons)
  button.hidden = true
  let isOpen = true
  const close = () => {
    isOpen = false
  }
  stop.addEventListener('click', () => {
    close()
    tell(status, '')
  })
  stream.getVideoTracks().forEach((track) => track.addEventListener('ended', close))
  document.addEventListener('visibilitychange', close)
  window.addEventListener('pagehide', close)
  stop.focus()
  tell(status, say(section, 'aim'))
  try {
    video.srcObject = stream
    const [reader] = await Promise.all([detector(), video.play()])
    while (isOpen) {
      const symbols = await reader.detect(video).catch(() => [])
      if (isOpen && symbols.length && found(symbols.map((one) => one.rawValue))) close()
      else await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  } catch {
    tell(status, say(section, 'busy'))
  } finally {
    document.removeEventListener('visibilitychange', close)
    window.removeEventListener('pagehide', close)
    stream.getTracks().forEach((track) => track.stop())
    const hadFocus = buttons.contains(document.activeElement)
    view.remove()
    buttons.remove()
    button.hidden = false
    button.disabled = false
    if (hadFocus) button.focus()
  }
}

/** @param {unknown} error */
function reason(error) {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy'
}

/**
 * The light beside the camera, if it has one.
 * @param {HTMLElement} section
 * @param {MediaStream} stream
 */
function torch(section, stream) {
  const [track] = stream.getVideoTracks()
  const can = /** @type {{ torch?: boolean } | undefined} */ (track?.getCapabilities?.())
  if (!track || !can?.torch) return []
  const button = make('button', 'torch', say(section, 'torch'))
  button.type = 'button'
  button.setAttribute('aria-pressed', 'false')
  button.addEventListener('click', async () => {
    const isOn = button.getAttribute('aria-pressed') !== 'true'
    const constraint = /** @type {MediaTrackConstraintSet} */ ({ torch: isOn })
    try {
      await track.applyConstraints({ advanced: [constraint] })
      button.setAttribute('aria-pressed', String(isOn))
    } catch {
      button.hidden = true // it said it had one
    }
  })
  return [button]
}

/**
 * @param {HTMLElement} status
 * @param {string} words
 */
function tell(status, words) {
  status.textContent = words
}
