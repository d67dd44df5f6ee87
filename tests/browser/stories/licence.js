// A licence from application to active: the registrar enters and reviews, the approver decides.
import assert from 'node:assert/strict'

import { violations } from '../lib/axe.js'
import { expectState, expectText, follow, send, take } from '../lib/desk.js'
import { signIn } from '../lib/people.js'
import { story } from '../lib/story.js'

const NAME = '沅江虚构北洲芦笋有限公司'

await story('licence', async ({ people, facts, open, scripts }) => {
  const registrar = await open()
  await signIn(registrar, people.registrar)
  await registrar.goto('/console/licensees')
  await follow(registrar, '登记申请')

  // One digit is wrong: the field is named, and everything else stays.
  await send(registrar, {
    name: NAME, uscc: '91430981MA4TEXT1XX', basis: 'gi_product', forms: ['canned', 'fresh'],
    products: '清水芦笋罐头 425 g\n鲜芦笋 500 g', applied: '2026-01-06',
  })
  assert.equal(await registrar.locator('.field.wrong').count(), 1)
  assert.equal(await registrar.locator('#uscc').getAttribute('aria-invalid'), 'true')
  assert.equal(await registrar.inputValue('#name'), NAME)
  assert.ok(await registrar.isChecked('input[value=fresh]'))
  if (scripts) assert.deepEqual(await violations(registrar), [])

  await send(registrar, { uscc: facts.free_uscc })
  await expectState(registrar, '申请')
  await expectText(registrar, '已办理', facts.free_uscc, '清水芦笋罐头 425 g')
  const file = registrar.url().split('?')[0]
  await take(registrar, '初审通过', { date: '2026-01-08', ground: '材料齐全' })
  await expectState(registrar, '初审')

  // It waits on the approver's start page.
  const approver = await open()
  await signIn(approver, people.approver)
  await follow(approver, NAME)
  assert.equal(approver.url(), file)
  await take(approver, '核准公告', { date: '2026-01-12', ground: '符合条件', document: '公告〔2026〕1号' })
  await expectState(approver, '核准公告')
  await take(approver, '准予使用', { date: '2026-01-20', ground: '已备案', document: '备案〔2026〕1号' })
  await expectState(approver, '有效')

  // The registrar finds it by a part of its name, by an address that can be sent.
  await registrar.goto('/console/licensees')
  await registrar.fill('#f-q', '北洲')
  await registrar.click('form.filter button')
  await registrar.waitForURL(/q=/)
  await follow(registrar, NAME)
  await expectState(registrar, '有效')
})
