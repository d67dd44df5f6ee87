// Whose a QR symbol is, by its text: the same rules as `src/domain/symbol.rs`, held against the same vectors.
import { SERIAL, read as readTyped } from './typed.js'

/**
 * @typedef {{ is: 'ours', asks: string } | { is: 'other-page' | 'lookalike' | 'elsewhere' }} Symbol
 */

/** Characters that may differ before two names no longer look alike. */
const FEW = 2

/**
 * @param {string} said the text of a symbol
 * @param {string} domain the host of the public address, with its port if it has one
 * @returns {Symbol}
 */
export function whose(said, domain) {
  const text = said.trim()
  if (isCode(text) || isSerial(text)) return { is: 'ours', asks: text }
  const address = readAddress(text)
  if (!address) return { is: 'elsewhere' }
  if (address.host !== domain) return { is: looksLike(address, domain) ? 'lookalike' : 'elsewhere' }
  const asks = /^\/[tT]\/([^?#]*)/.exec(address.path)?.[1]
  return asks === undefined ? { is: 'other-page' } : { is: 'ours', asks }
}

/**
 * Where what is ours is asked: at our own address, whatever the symbol says.
 * @param {string} asks
 * @param {string} query
 */
export function wayTo(asks, query) {
  if (isSerial(asks)) return `/check?q=${encodeURIComponent(asks)}${query.replace('?', '&')}`
  return `/t/${encodeURIComponent(asks)}${query}`
}

/** @param {string} text */
function isCode(text) {
  return /^(\d{193}|[\w-]{107})$/.test(text)
}

/** @param {string} text */
function isSerial(text) {
  const { characters, impossible } = readTyped(text)
  return impossible.length === 0 && characters.length === SERIAL
}

/**
 * @typedef {{ host: string, before: string, path: string }} Address
 * @param {string} text
 * @returns {Address | undefined}
 */
function readAddress(text) {
  const scheme = /^(https?):\/\//i.exec(text)
  if (!scheme && text.includes('://')) return undefined
  const rest = scheme ? text.slice(scheme[0].length) : text
  const ownPort = scheme?.[1]?.toLowerCase() === 'http' ? ':80' : ':443'
  const end = rest.search(/[/\\?#]/) // browsers take a backslash for a slash
  const authority = end < 0 ? rest : rest.slice(0, end)
  const at = authority.lastIndexOf('@')
  let host = authority.slice(at + 1).toLowerCase()
  if (host.endsWith(ownPort)) host = host.slice(0, -ownPort.length)
  if (host.endsWith('.')) host = host.slice(0, -1)
  if (!scheme && (!host.includes('.') || /\s/.test(host))) return undefined
  return { host, before: authority.slice(0, Math.max(at, 0)).toLowerCase(), path: end < 0 ? '' : rest.slice(end) }
}

/**
 * @param {Address} address
 * @param {string} domain
 */
function looksLike(address, domain) {
  const ours = withoutPort(domain)
  const host = withoutPort(address.host)
  if (address.before.includes(ours) || address.path.toLowerCase().includes(ours)) return true
  // A subdomain of ours is the owner's own; our whole name within another's is a trap.
  const dotted = (/** @type {string} */ name) => `.${name.replaceAll('-', '.')}.`
  if (!host.endsWith(`.${ours}`) && dotted(host).includes(dotted(ours))) return true
  const [theirs, own] = [skeleton(host), skeleton(ours)]
  const firstLabels = (/** @type {string} */ name) => name.slice(0, Math.max(name.lastIndexOf('.'), 0))
  const few = Math.min(FEW, Math.floor([...own].length / 4))
  return distance(theirs, own) <= few || (firstLabels(theirs) !== '' && firstLabels(theirs) === firstLabels(own))
}

/** @param {string} host */
function withoutPort(host) {
  return host.split(':')[0] ?? host
}

/** @type {Record<string, string>} */
const SEEN_AS = {
  0: 'o', о: 'o', ο: 'o', 1: 'l', i: 'l', і: 'l', ι: 'l', ı: 'l', 5: 's', ѕ: 's', а: 'a', α: 'a', с: 'c', ԁ: 'd',
  е: 'e', һ: 'h', ј: 'j', к: 'k', κ: 'k', м: 'm', п: 'n', ո: 'n', р: 'p', ρ: 'p', т: 't', τ: 't', υ: 'u', ν: 'v',
  х: 'x', у: 'y',
}

/**
 * A name as the eye takes it.
 * @param {string} host
 */
function skeleton(host) {
  const labels = host.split('.').map((label) => {
    if (!label.startsWith('xn--')) return label
    const coded = label.slice(4)
    return coded.slice(0, Math.max(coded.lastIndexOf('-'), 0))
  })
  const half = (/** @type {string} */ character) => {
    const code = character.codePointAt(0) ?? 0
    return code >= 0xff01 && code <= 0xff5e ? String.fromCodePoint(code - 0xfee0) : character
  }
  const seen = [...labels.join('.')].map(half).map((character) => SEEN_AS[character] ?? character)
  return seen.join('').replaceAll('rn', 'm').replaceAll('vv', 'w')
}

/**
 * Levenshtein's.
 * @param {string} one
 * @param {string} other
 */
function distance(one, other) {
  const against = [...other]
  let row = [...against.keys(), against.length]
  for (const [number, character] of [...one].entries()) {
    const next = [number + 1]
    for (const [place, one] of against.entries()) {
      const changed = (row[place] ?? 0) + Number(one !== character)
      next.push(Math.min(changed, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1))
    }
    row = next
  }
  return row[against.length] ?? 0
}
