// What reads QR symbols: the browser itself if it can, else the decoder that is fetched only then.

/**
 * @typedef {{ detect(source: ImageBitmapSource): Promise<{ rawValue: string, boundingBox: DOMRectReadOnly }[]> }} Detector
 */

/** @type {Promise<Detector> | undefined} */
let made

/** @returns {Promise<Detector>} */
export function detector() {
  made ??= make().catch((error) => {
    made = undefined // the network was gone: the next one who asks tries again
    throw error
  })
  return made
}

async function make() {
  const options = { formats: ['qr_code'] }
  const Native = globalThis.BarcodeDetector
  try {
    if (Native && (await Native.getSupportedFormats()).includes('qr_code')) return new Native(options)
  } catch {
    // There in name only.
  }
  const { BarcodeDetector } = await import('../vendor/qr/decode.js')
  return /** @type {Detector} */ (new BarcodeDetector({ formats: ['qr_code'] }))
}
