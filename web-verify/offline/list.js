// The list of states, version 1, as `docs/OFFLINE-LIST.md` describes it.

import { verify } from './ed25519.js'

/** @typedef {import('./code.js').Payload} Payload */
/** @typedef {import('./keys.js').Key} Key */

const CONTEXT = 'yuanmark/list/v1\0'
const SIGNATURE_BYTES = 64
const FLAG_HIDDEN_CODES = 1
const FLAG_LENGTHS = 2
const FLAG_STANDINGS = 4
const MOST_PARAMETER = 24

/** How a mark stands, by the number in the list. */
const STANDINGS = [
  'revoked',
  'destroyed',
  'lost',
  'returned',
  'spoiled',
  'recalled',
  'frozen',
  'not_activated',
  'in_use',
]
const NOT_ACTIVATED = 7

/**
 * A list whose signature is good.
 * @typedef {object} List
 * @property {number} madeAt seconds since 1970
 * @property {number} entry the ledger's last entry then
 * @property {Map<number, number>} ended licensees, and from which second on their right has ended
 * @property {Map<number, Batch>} batches
 */

/**
 * @typedef {object} Batch
 * @property {number} count
 * @property {number} key
 * @property {number} season
 * @property {number} form
 * @property {number} licensee
 * @property {boolean} hasHiddenCodes
 * @property {number} flags
 * @property {number} pastSince seconds since 1970
 * @property {number} usual
 * @property {number} runs
 * @property {number} standing of the first run
 * @property {number} parameter
 * @property {Uint8Array} bits
 */

/** Reads whole bytes; throws where they end too early. */
class Bytes {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes
    this.place = 0
  }

  /** @param {number} count */
  take(count) {
    if (this.place + count > this.bytes.length) throw new RangeError('the list ends too early')
    this.place += count
    return this.bytes.subarray(this.place - count, this.place)
  }

  byte() {
    const [byte] = this.take(1)
    return byte ?? 0
  }

  u64() {
    const number = this.take(8).reduce((sum, byte) => sum * 256 + byte, 0)
    if (!Number.isSafeInteger(number)) throw new RangeError('a number of the list is too large')
    return number
  }

  number() {
    let number = 0
    for (let weight = 1; ; weight *= 128) {
      const byte = this.byte()
      number += (byte & 0x7f) * weight
      if (!Number.isSafeInteger(number)) throw new RangeError('a number of the list is too large')
      if (byte < 128) return number
    }
  }
}

/** Reads bits, the most significant first; throws where they end too early. */
class Bits {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes
    this.place = 0
  }

  bit() {
    const byte = this.bytes[this.place >> 3]
    if (byte === undefined) throw new RangeError('a batch of the list ends too early')
    return (byte >> (7 - (this.place++ & 7))) & 1
  }

  /** @param {number} bits */
  number(bits) {
    let number = 0
    for (let place = 0; place < bits; place++) number = number * 2 + this.bit()
    return number
  }

  /** @param {number} parameter */
  rice(parameter) {
    let high = 0
    while (this.bit()) high++
    return high * 2 ** parameter + this.number(parameter)
  }

  gamma() {
    let after = 0
    while (!this.bit()) after++
    return 2 ** after + this.number(after)
  }
}

/**
 * Reads a list that one of these keys has signed; `null` if it is not to be believed.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Map<number, Key>} keys
 * @returns {Promise<List | null>}
 */
export async function open(bytes, keys) {
  const context = new TextEncoder().encode(CONTEXT)
  if (bytes.length < context.length + SIGNATURE_BYTES) return null
  if (!context.every((byte, place) => bytes[place] === byte)) return null
  const body = bytes.slice(0, -SIGNATURE_BYTES)
  try {
    const rest = new Bytes(body)
    rest.take(context.length)
    const key = keys.get(rest.byte())
    const madeAt = rest.u64()
    if (!key || (key.compromisedSince !== null && key.compromisedSince <= madeAt * 1000)) return null
    if (!(await verify(bytes.slice(-SIGNATURE_BYTES), body, key.publicKey))) return null
    return contents(madeAt, rest)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/**
 * @param {number} madeAt
 * @param {Bytes} rest
 * @returns {List}
 */
function contents(madeAt, rest) {
  const entry = rest.u64()
  const ended = new Map()
  for (let left = rest.number(), licensee = 0; left > 0; left--) {
    licensee += rest.number()
    ended.set(licensee, rest.number())
  }
  const batches = new Map()
  for (let left = rest.number(), number = 0; left > 0; left--) {
    number += rest.number()
    batches.set(number, batch(rest))
  }
  return { madeAt, entry, ended, batches }
}

/**
 * @param {Bytes} rest
 * @returns {Batch}
 */
function batch(rest) {
  const count = rest.number()
  const key = rest.byte()
  const season = 2000 + rest.byte()
  const form = rest.byte()
  const licensee = rest.number()
  const flags = rest.byte()
  const hasHiddenCodes = (flags & FLAG_HIDDEN_CODES) !== 0
  const pastSince = rest.number()
  const usual = rest.byte()
  const runs = rest.number()
  const said = { count, key, season, form, licensee, hasHiddenCodes, flags, pastSince, usual, runs }
  if (runs === 0) return { ...said, standing: usual, parameter: 0, bits: new Uint8Array() }
  const standing = rest.byte()
  const parameter = rest.byte()
  if (parameter > MOST_PARAMETER) throw new RangeError('a parameter of the list is too large')
  return { ...said, standing, parameter, bits: rest.take(rest.number()) }
}

/**
 * The number of the standing of one mark. Runs are read until it is reached: no table of them is made.
 * @param {Batch} batch
 * @param {number} index
 */
function standingOf(batch, index) {
  const bits = new Bits(batch.bits)
  let standing = batch.standing
  for (let left = batch.runs, next = 0; left > 0; left--) {
    const first = next + bits.rice(batch.parameter)
    next = first + (batch.flags & FLAG_LENGTHS ? bits.gamma() : 1)
    if (batch.flags & FLAG_STANDINGS && bits.bit()) standing = bits.number(4)
    if (index < first) return batch.usual
    if (index < next) return standing
  }
  return batch.usual
}

/**
 * What the list says of a signed code at a moment, in seconds since 1970: `in_use`, `not_activated`, `past_season`,
 * `right_ended`, the word of a withdrawal, `not_issued` if the batch says otherwise than the code, or `not_listed`.
 * @param {List} list
 * @param {Payload} code
 * @param {number} at
 * @returns {string}
 */
export function stateOf(list, code, at) {
  const batch = list.batches.get(code.batch)
  if (!batch) return 'not_listed'
  const agrees =
    code.index < batch.count &&
    code.key === batch.key &&
    code.season === batch.season &&
    code.form === batch.form &&
    code.licensee === batch.licensee &&
    code.hasHiddenCode === batch.hasHiddenCodes
  if (!agrees) return 'not_issued'
  const standing = standingOf(batch, code.index)
  if (standing < NOT_ACTIVATED) return STANDINGS[standing] ?? ''
  if ((list.ended.get(batch.licensee) ?? Infinity) <= at) return 'right_ended'
  if (standing === NOT_ACTIVATED) return 'not_activated'
  return batch.pastSince <= at ? 'past_season' : 'in_use'
}
