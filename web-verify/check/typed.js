// What somebody types as a serial, read as the server reads it: any case, spaces and hyphens anywhere, O for 0, I and L
// for 1, and the full-width forms of a Chinese keyboard.

/** Characters of a serial. */
export const SERIAL = 16
/** Characters of a hidden code. */
export const HIDDEN = 8

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BETWEEN = /[\s\u3000\u00a0\u2010-\u2015\u2212\u2e3a-]/u

/**
 * @typedef {object} Typed
 * @property {string} characters the characters of the alphabet, as they are printed
 * @property {string[]} impossible characters that no serial has, each once, as they were typed
 */

/** @param {string} character */
function plain(character) {
  const code = character.codePointAt(0) ?? 0
  const half = code >= 0xff01 && code <= 0xff5e ? String.fromCodePoint(code - 0xfee0) : character
  const upper = /^[a-z]$/.test(half) ? half.toUpperCase() : half
  if (upper === 'O') return '0'
  return upper === 'I' || upper === 'L' ? '1' : upper
}

/**
 * @param {string} text
 * @returns {Typed}
 */
export function read(text) {
  let characters = ''
  /** @type {Set<string>} */
  const impossible = new Set()
  for (const character of text) {
    const folded = plain(character)
    if (BETWEEN.test(folded)) continue
    if (folded.length === 1 && ALPHABET.includes(folded)) characters += folded
    else impossible.add(character)
  }
  return { characters, impossible: [...impossible] }
}

/**
 * Groups of four, as they are printed.
 * @param {string} characters
 */
export function inFours(characters) {
  return characters.match(/.{1,4}/g)?.join('-') ?? ''
}

/**
 * Whether somebody types a serial at all; a whole code or an address is pasted, and not commented on.
 * @param {string} text
 */
export function isPasted(text) {
  return /:\/\/|\/t\//i.test(text) || [...text].length > 60
}
