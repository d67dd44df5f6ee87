import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { inFours, isPasted, read } from '../../../web-verify/check/typed.js'
import { remark } from '../../../web-verify/check/typing.js'

test('a serial is read as the server reads it', () => {
  for (const typed of [
    '4BD9-QV4N-Q0NZ-57DB',
    ' 4bd9 qv4n qonz 57db ',
    '４ＢＤ９－ＱＶ４Ｎ－Ｑ０ＮＺ－５７ＤＢ',
    '4BD9–QV4N—Q0NZ−57DB',
    '4bd9\u3000qv4n\tq0nz57db',
  ]) {
    assert.deepEqual(read(typed), { characters: '4BD9QV4NQ0NZ57DB', impossible: [] }, typed)
  }
  assert.equal(read('oOiIlL').characters, '001111')
})

test('what no serial has is named as it was typed, once', () => {
  assert.deepEqual(read('4BDU-uU_沅ſ4').impossible, ['U', 'u', '_', '沅', 'ſ'])
  assert.deepEqual(read('𝟒').impossible, ['𝟒'])
})

test('groups of four', () => {
  assert.equal(inFours('4BD9QV4NQ0'), '4BD9-QV4N-Q0')
  assert.equal(inFours(''), '')
})

const vectors = JSON.parse(readFileSync(new URL('../vectors-of-typing.json', import.meta.url), 'utf8'))

for (const { typed, ...said } of vectors) {
  test(`${JSON.stringify(typed)} is ${said.what}`, () => assert.deepEqual(remark(typed), said))
}

test('what is pasted is not commented on', () => {
  for (const text of ['https://v.example.cn/t/abc', 'v.example.cn/T/123', '1'.repeat(193)]) {
    assert.ok(isPasted(text))
    assert.equal(remark(text).what, 'nothing')
  }
})
