// The vectors of the mark code through the browser's own reader, by node: with WebCrypto and with the library.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { readVectors } from '../lib/vectors.js'

const vectors = JSON.parse(readFileSync(new URL('../../vectors/mark-code-v1.json', import.meta.url), 'utf8'))
const modules = {
  code: await import('../../../web-verify/offline/code.js'),
  ed25519: await import('../../../web-verify/offline/ed25519.js'),
}

for (const means of ['browser', 'library']) {
  test(`every vector, by the ${means}`, async () => {
    assert.deepEqual(await readVectors(vectors, modules, means), [])
  })
}
