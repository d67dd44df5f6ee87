// The mark code, version 1, as `docs/MARK-CODE.md` describes it: what was scanned or typed becomes bytes and what they say.

/** Bytes of a code: payload and signature. */
const CODE_BYTES = 80
const PAYLOAD_BYTES = 16
const DIGITS = 193
const BASE64URL_CHARS = 107
/** Bytes of what may be asked at most, far beyond the longest code with its address. */
const LONGEST = 512
const VERSION_1_ED25519 = 0x10
const FLAG_HIDDEN_CODE = 1

/**
 * What a code says.
 * @typedef {object} Payload
 * @property {number} key the number of the key that signs
 * @property {number} batch
 * @property {number} index the place in the batch, from 0
 * @property {number} season a year
 * @property {number} form the byte of the product's form
 * @property {number} licensee the licensee's number
 * @property {boolean} hasHiddenCode
 */

/**
 * A well-formed code. That it is well-formed says nothing of its signature.
 * @typedef {object} Code
 * @property {'code'} kind
 * @property {string} text digits or base64url
 * @property {Uint8Array<ArrayBuffer>} bytes all 80
 * @property {Payload} payload
 */

/**
 * A well-formed serial. Whether it is one of ours only the server knows, which has the key.
 * @typedef {object} Serial
 * @property {'serial'} kind
 * @property {string} text in fours
 */

/**
 * Reads a code or serial, or an address with `/t/` and a code; `null` for everything else.
 * @param {string} typed
 * @returns {Code | Serial | null}
 */
export function read(typed) {
  const text = typed.trim()
  if (new TextEncoder().encode(text).length > LONGEST) return null
  return codeOf(pathOf(text)) ?? serialOf(text)
}

/** @param {string} text */
function pathOf(text) {
  const place = text.includes('/t/') ? text.indexOf('/t/') : text.indexOf('/T/')
  if (place < 0) return text
  return text.slice(place + 3).replace(/[?#].*$/s, '')
}

/**
 * Reads 193 digits or 107 characters of base64url, exactly.
 * @param {string} text
 * @returns {Code | null}
 */
export function codeOf(text) {
  const bytes = text.length === DIGITS ? fromDigits(text) : text.length === BASE64URL_CHARS ? fromBase64url(text) : null
  const payload = bytes && payloadOf(bytes)
  return bytes && payload ? { kind: 'code', text, bytes, payload } : null
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer> | null}
 */
function fromDigits(text) {
  if (!/^[0-9]+$/.test(text)) return null
  let number = BigInt(text)
  const bytes = new Uint8Array(CODE_BYTES)
  for (let place = CODE_BYTES - 1; place >= 0; place--) {
    bytes[place] = Number(number & 0xffn)
    number >>= 8n
  }
  return number === 0n ? bytes : null
}

/**
 * Strictly: no padding, and the bits that are left over are zero, so that one code has one spelling.
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer> | null}
 */
export function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null
  const plain = text.replaceAll('-', '+').replaceAll('_', '/')
  try {
    const binary = atob(plain)
    if (btoa(binary).replaceAll('=', '') !== plain) return null
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}

/**
 * Refuses what this reader does not know: version, algorithm, reserved flags, numbers out of range.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Payload | null}
 */
function payloadOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, PAYLOAD_BYTES)
  const [batch, index, flags] = [view.getUint32(2), view.getUint32(6), view.getUint16(14)]
  if (view.getUint8(0) !== VERSION_1_ED25519 || (flags & ~FLAG_HIDDEN_CODE) !== 0) return null
  if (batch >= 2 ** 28 || index >= 2 ** 24) return null
  return {
    key: view.getUint8(1),
    batch,
    index,
    season: 2000 + view.getUint8(10),
    form: view.getUint8(11),
    licensee: view.getUint16(12),
    hasHiddenCode: (flags & FLAG_HIDDEN_CODE) !== 0,
  }
}

/**
 * What the signature of a code covers, and the signature.
 * @param {Code} code
 */
export function signedPart(code) {
  const prefix = new TextEncoder().encode('yuanmark/mark/v1\0')
  const message = new Uint8Array(prefix.length + PAYLOAD_BYTES)
  message.set(prefix)
  message.set(code.bytes.subarray(0, PAYLOAD_BYTES), prefix.length)
  return { message, signature: code.bytes.slice(PAYLOAD_BYTES) }
}

/**
 * Forgiving where no meaning is lost: any case, spaces and hyphens anywhere, O for 0, I and L for 1, full-width forms.
 * @param {string} typed
 * @returns {Serial | null}
 */
function serialOf(typed) {
  const plain = typed
    .replaceAll(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replaceAll(/[ \u3000\u00a0\t\-\u2010-\u2015\u2212\u2e3a]/g, '')
    .replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  if (!/^[0-9A-HJKMNP-TV-Z]{16}$/.test(plain)) return null
  return { kind: 'serial', text: plain.replaceAll(/.{4}(?=.)/g, '$&-') }
}
