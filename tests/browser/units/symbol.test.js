import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { wayTo, whose } from '../../../web-verify/check/symbol.js'

const vectors = JSON.parse(readFileSync(new URL('../vectors-of-symbols.json', import.meta.url), 'utf8'))

for (const { text, is, asks } of vectors.texts) {
  test(`${JSON.stringify(text)} is ${is}`, () => {
    const symbol = whose(text, vectors.domain)
    assert.equal(symbol.is, is)
    assert.equal(symbol.asks, asks)
  })
}

test('a port belongs to the address', () => {
  const domain = '192.168.1.20:8080'
  assert.deepEqual(whose('HTTP://192.168.1.20:8080/T/abc', domain), { is: 'ours', asks: 'abc' })
  assert.equal(whose('http://192.168.1.20/t/abc', domain).is, 'lookalike')
})

test('what is asked never leaves our address', () => {
  const code = '1'.repeat(193)
  assert.equal(wayTo(code, '?lang=en'), `/t/${code}?lang=en`)
  assert.equal(wayTo('//evil.com/?q=1', ''), '/t/%2F%2Fevil.com%2F%3Fq%3D1')
  assert.equal(wayTo('4BD9-QV4N-Q0NZ-57DB', '?lang=en'), '/check?q=4BD9-QV4N-Q0NZ-57DB&lang=en')
})
