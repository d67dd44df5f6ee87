// The public keys of `/.well-known/jwks.json`.

import { fromBase64url } from './code.js'

/**
 * @typedef {object} Key
 * @property {Uint8Array<ArrayBuffer>} publicKey
 * @property {number | null} compromisedSince in milliseconds since 1970
 */

/**
 * The keys of a key set, by their number in codes. What is not of the form described is left out: nothing is signed by it.
 * @param {any} set
 * @returns {Map<number, Key>}
 */
export function keysOf(set) {
  const keys = new Map()
  for (const key of Array.isArray(set?.keys) ? set.keys : []) {
    if (key?.kty !== 'OKP' || key.crv !== 'Ed25519' || typeof key.x !== 'string') continue
    const publicKey = fromBase64url(key.x)
    const number = Number(key.kid)
    if (publicKey?.length !== 32 || !Number.isInteger(number)) continue
    const since = key.status === 'compromised' ? Date.parse(key.compromised_since) : null
    // A time that cannot be read is all of time.
    keys.set(number, { publicKey, compromisedSince: Number.isNaN(since) ? 0 : since })
  }
  return keys
}
