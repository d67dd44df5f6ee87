// A check without network: what can be said of a code with nothing but the public keys and the list of states.

import { read, signedPart } from './code.js'
import { verify } from './ed25519.js'
import { open, stateOf } from './list.js'

/** @typedef {import('./code.js').Code} Code */
/** @typedef {import('./keys.js').Key} Key */
/** @typedef {import('./list.js').List} List */

/** A phone's clock may be wrong by so much, in seconds, before it is told. */
const CLOCK_MARGIN = 24 * 3600
/** A list may be so old, in seconds; beyond, either the list or the clock is not to be relied on. */
const OLD_LIST = 180 * 24 * 3600

/**
 * @typedef {object} Finding
 * @property {'not_ours' | 'serial' | 'no_keys' | 'no_list' | 'not_listed' | 'in_use' | 'not_activated' | 'past_season'
 *   | 'withdrawn'} verdict
 * @property {Code} [code] if its signature is good
 * @property {List} [list]
 * @property {string} [reason] of what is withdrawn: the word
 * @property {'behind' | 'ahead'} [clock] that the phone's clock cannot be right, or the list is very old
 */

/**
 * @param {string} asked what was scanned or typed
 * @param {Map<number, Key> | null} keys
 * @param {Uint8Array<ArrayBuffer> | null} listed the bytes of the list
 * @param {number} now the phone's clock, seconds since 1970
 * @returns {Promise<Finding>}
 */
export async function check(asked, keys, listed, now) {
  const input = read(asked)
  if (!input) return { verdict: 'not_ours' }
  if (input.kind === 'serial') return { verdict: 'serial' }
  if (!keys) return { verdict: 'no_keys' }
  const key = keys.get(input.payload.key)
  const { message, signature } = signedPart(input)
  if (!key || !(await verify(signature, message, key.publicKey))) return { verdict: 'not_ours' }
  const list = listed && (await open(listed, keys))
  // A compromised key vouches for what was issued before, and only the list knows that.
  if (!list) return { verdict: key.compromisedSince === null ? 'no_list' : 'no_keys', code: input }
  const clock = clockBy(list, now)
  const at = clock ? list.madeAt : Math.max(now, list.madeAt)
  const state = stateOf(list, input.payload, at)
  const said = { code: input, list, ...(clock && { clock }) }
  switch (state) {
    case 'not_issued':
      return { verdict: 'not_ours' }
    case 'not_listed':
      return key.compromisedSince === null ? { verdict: 'not_listed', ...said } : { verdict: 'not_ours' }
    case 'in_use':
    case 'not_activated':
    case 'past_season':
      return { verdict: state, ...said }
    default:
      return { verdict: 'withdrawn', reason: state, ...said }
  }
}

/**
 * What the list's time says of the phone's clock.
 * @param {List} list
 * @param {number} now
 * @returns {'behind' | 'ahead' | undefined}
 */
function clockBy(list, now) {
  if (now < list.madeAt - CLOCK_MARGIN) return 'behind'
  if (now > list.madeAt + OLD_LIST) return 'ahead'
  return undefined
}
