// Reads the vectors of the mark code, in node or in a browser, and returns what went wrong. It is handed to the browser as
// text, so it uses nothing but its arguments.
export async function readVectors(vectors, { code, ed25519 }, means) {
  const wrong = []
  const expect = (holds, what) => holds || wrong.push(what)
  const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16))
  const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const keys = new Map(Object.entries(vectors.keys).map(([id, key]) => [Number(id), bytesOf(key.public_hex)]))
  const isGood = async (input) => {
    const key = input?.kind === 'code' && keys.get(input.payload.key)
    if (!key) return false
    const { message, signature } = code.signedPart(input)
    return ed25519.verify(signature, message, key, means)
  }
  for (const valid of vectors.valid) {
    for (const text of [valid.digits, valid.base64url, valid.qr_text, ` ${valid.qr_text}\n`]) {
      const input = code.read(text)
      expect(await isGood(input), `${valid.name}: refused`)
      if (input?.kind !== 'code') continue
      expect(hexOf(input.bytes) === valid.bytes_hex, `${valid.name}: other bytes`)
      const { key, batch, index, season, form, licensee, hasHiddenCode } = input.payload
      const said = [key, batch, index, season, form, licensee, Number(hasHiddenCode)]
      const meant = ['key', 'batch', 'index', 'season', 'form', 'licensee', 'flags'].map((name) => valid[name])
      expect(said.join() === meant.join(), `${valid.name}: says ${said}`)
    }
    const serial = code.read(valid.serial)
    expect(serial?.kind === 'serial' && serial.text === valid.serial, `${valid.name}: its serial is not read`)
  }
  for (const typed of vectors.same_serial_as_first) {
    const serial = code.read(typed)
    expect(serial?.kind === 'serial' && serial.text === vectors.valid[0].serial, `${typed}: another serial`)
  }
  for (const invalid of vectors.invalid) {
    const input = code.read(invalid.input)
    // Of a serial only the server knows whether it is ours.
    expect(input?.kind === 'serial' || !(await isGood(input)), `${invalid.name}: taken`)
  }
  if (vectors.valid.length < 3 || vectors.invalid.length < 20) wrong.push('vectors are missing')
  return wrong
}
