// An order's way: the licensee places it, the approver approves, the registrar has it printed.
import assert from 'node:assert/strict'

import { expectState, expectText, follow, send, take } from '../lib/desk.js'
import { signIn } from '../lib/people.js'
import { story } from '../lib/story.js'

await story('order', async ({ people, facts, open }) => {
  const licensee = await open({ width: 390 })
  await signIn(licensee, people.licensee)
  await licensee.goto('/console/orders')
  await follow(licensee, '提交订单')
  assert.equal(await licensee.locator('#licensee').count(), 0, 'a licensee orders for itself')
  await send(licensee, { season: facts.season, form: 'canned', product: '清水芦笋罐头 425 g', quantity: '100000000' })
  await expectText(licensee, '数量应为 1 至 16777216 之间的整数')
  await send(licensee, { quantity: '2,000' })
  await expectState(licensee, '待核准')
  const file = licensee.url().split('?')[0]
  assert.equal(await licensee.getByRole('link', { name: '核准', exact: true }).count(), 0)

  const approver = await open()
  await signIn(approver, people.approver)
  await approver.goto(file)
  await take(approver, '核准', { document: '核准〔2026〕7号' })
  await expectState(approver, '已核准')

  const registrar = await open()
  await signIn(registrar, people.registrar)
  await registrar.goto(file)
  await take(registrar, '指定承印方', { printer: facts.printer })
  await take(registrar, '制码')
  await expectState(registrar, '已制码')
  await take(registrar, '发包', { receiver: '王五（虚构）' })
  await expectState(registrar, '已发包')
  // What is not accounted for is not closed.
  await follow(registrar, '结案')
  await send(registrar, { on_hand: '2000' })
  assert.equal(await registrar.locator('.errors').count(), 1)

  // The printer sees it too.
  const printer = await open({ width: 390 })
  await signIn(printer, people.printer)
  await printer.goto(file)
  await expectState(printer, '已发包')
  await expectText(printer, '2\u202f000')
})
