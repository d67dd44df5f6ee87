// Ed25519 by the strict rules of the server (`verify_strict`): what it refuses is refused here, whatever the browser's own
// WebCrypto would let pass. Implementations differ in encodings that are not canonical and in points of small order, so
// both are looked at first; the rest the browser decides, or, where it knows no Ed25519, the points of a library.

/** The field's prime and the order of the group (RFC 8032, 5.1). */
const P = 2n ** 255n - 19n
const L = 2n ** 252n + 27742317777372353535851937790883648493n

/** The y of a point of order 8; of the others of order 8 it is this or its negative. */
const Y8 = 55188659117513257062467267217118295137698188065244968500265048394206261417927n
/** The y of all points of small order: of order 4, 1, 2 and 8. */
const SMALL_ORDER = new Set([0n, 1n, P - 1n, Y8, P - Y8])

/**
 * The number of 32 bytes, the lowest first.
 * @param {Uint8Array} bytes
 */
function little(bytes) {
  let number = 0n
  for (const byte of bytes.slice().reverse()) number = (number << 8n) | BigInt(byte)
  return number
}

/**
 * Whether 32 bytes are the canonical form of what can be a point, not of small order.
 * @param {Uint8Array} bytes
 */
function mayBePoint(bytes) {
  const y = little(bytes) & (2n ** 255n - 1n)
  return y < P && !SMALL_ORDER.has(y)
}

/**
 * Verifies by the browser's own means. `null` if it has none.
 * @param {Uint8Array<ArrayBuffer>} signature
 * @param {Uint8Array<ArrayBuffer>} message
 * @param {Uint8Array<ArrayBuffer>} publicKey
 * @returns {Promise<boolean | null>}
 */
async function byBrowser(signature, message, publicKey) {
  let key
  try {
    key = await crypto.subtle.importKey('raw', publicKey, { name: 'Ed25519' }, false, ['verify'])
  } catch {
    return null
  }
  return crypto.subtle.verify({ name: 'Ed25519' }, key, signature, message)
}

/**
 * Verifies with a library's points: R has to be the very bytes of [s]B − [k]A, which a check with a cofactor would not ask.
 * @param {Uint8Array<ArrayBuffer>} signature
 * @param {Uint8Array<ArrayBuffer>} message
 * @param {Uint8Array<ArrayBuffer>} publicKey
 * @returns {Promise<boolean>}
 */
async function byLibrary(signature, message, publicKey) {
  const { Point } = await import('../vendor/noble-ed25519/index.js')
  const hashed = new Uint8Array(64 + message.length)
  hashed.set(signature.subarray(0, 32))
  hashed.set(publicKey, 32)
  hashed.set(message, 64)
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-512', hashed))
  try {
    const a = Point.fromBytes(publicKey)
    Point.fromBytes(signature.subarray(0, 32)) // it has to be a point
    const ka = a.multiply(little(hash) % L, false)
    const r = Point.BASE.multiply(little(signature.subarray(32)), false).add(ka.negate()).toBytes()
    return r.every((byte, place) => byte === signature[place])
  } catch {
    return false
  }
}

/**
 * Whether the signature is good under this key. `means` chooses one of both ways, for tests; left out, the browser's own is
 * taken where there is one.
 * @param {Uint8Array<ArrayBuffer>} signature 64 bytes
 * @param {Uint8Array<ArrayBuffer>} message
 * @param {Uint8Array<ArrayBuffer>} publicKey 32 bytes
 * @param {'any' | 'browser' | 'library'} means
 * @returns {Promise<boolean>}
 */
export async function verify(signature, message, publicKey, means = 'any') {
  if (signature.length !== 64 || publicKey.length !== 32) return false
  if (!mayBePoint(signature.subarray(0, 32)) || !mayBePoint(publicKey)) return false
  if (little(signature.subarray(32)) >= L) return false
  if (means === 'library') return byLibrary(signature, message, publicKey)
  const told = await byBrowser(signature, message, publicKey)
  if (told === null && means === 'browser') throw new Error('this browser knows no Ed25519')
  return told ?? byLibrary(signature, message, publicKey)
}
