// One-time codes (RFC 6238 with SHA-1, six digits, 30 seconds), by nothing of the program under test.
import { createHmac } from 'node:crypto'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const STEP_SECONDS = 30

function bytesOf(base32) {
  let bits = ''
  for (const letter of base32.replace(/\s/g, '')) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0) throw new Error(`${letter} is no letter of base32`)
    bits += value.toString(2).padStart(5, '0')
  }
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
}

export const presentStep = () => Math.floor(Date.now() / 1000 / STEP_SECONDS)

export function codeOf(secret, step) {
  const counter = Buffer.alloc(8)
  counter.writeBigInt64BE(BigInt(step))
  const mac = createHmac('sha1', bytesOf(secret)).update(counter).digest()
  const offset = mac[19] & 15
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000
  return number.toString().padStart(6, '0')
}
