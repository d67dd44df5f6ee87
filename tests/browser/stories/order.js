// An order's whole way: placed, approved, printed, sent, received, activated, used, what was spoiled destroyed, closed.
// The printing house and the warehouse do it on a phone.
import assert from 'node:assert/strict'

import { expectState, expectText, follow, press, send, take } from '../lib/desk.js'
import { signIn } from '../lib/people.js'
import { story } from '../lib/story.js'

const SERIAL = /[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/

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

  // The printing house reports the run and what is spoiled of it, and sends the rest.
  const printer = await open({ width: 390 })
  await signIn(printer, people.printer)
  await printer.goto(file)
  await expectText(printer, '2\u202f000')
  await follow(printer, '登记印制')
  await send(printer, { spoiled: '1990-1999', spoiled_reason: '印刷模糊' })
  await press(printer, '.confirm button.grave')
  await expectText(printer, '已办理')
  await follow(printer, '回到订单')
  const batch = await printer.locator('main a[href^="/console/batches/"]').first().getAttribute('href')
  const good = await stretch(printer, batch, '0-1989')
  const spoiled = await stretch(printer, batch, '1990-1999')
  await printer.goto(file)
  await follow(printer, '登记发放')
  // The phone's keyboard writes what it likes: small letters, no hyphens.
  await send(printer, { first: good.first.toLowerCase(), last: good.last.replaceAll('-', ' '), receiver: '赵六（虚构）' })
  await expectText(printer, '已办理', '1\u202f990')

  // The warehouse receives them by one press of a button, enters the lot, and activates from the first to the last serial.
  await licensee.goto(file)
  await press(licensee, 'main form:has(input[name=delivery]) button')
  await expectText(licensee, '已办理')
  await licensee.goto('/console/lots/new')
  await send(licensee, {
    code: 'XK-26-01', product: '清水芦笋罐头 425 g', form: 'canned', harvested: facts.today, season: facts.season,
    township: { label: '胭脂湖街道' }, standard: '示例标准 2026', packs: '1990',
  })
  const lot = licensee.url().split('?')[0]
  await licensee.goto(file)
  await follow(licensee, '激活标志')
  await send(licensee, good)
  assert.equal(await licensee.locator('.errors').count(), 1, 'no lot, no activation')

  await registrar.goto(lot)
  await take(registrar, '登记检验报告', {
    laboratory: '虚构检验所', number: '检验〔2026〕17号', date: facts.today, result: 'passed',
  })
  await expectState(registrar, '合格')
  await licensee.goto(file)
  await follow(licensee, '激活标志')
  await send(licensee, { ...good, lot: lot.split('/').pop() })
  await expectText(licensee, '已办理', '1\u202f990')
  await follow(licensee, '登记使用')
  await send(licensee, good)
  await expectText(licensee, '已办理')

  // What was spoiled is destroyed before two witnesses, after a summary; then nothing is left to account for.
  await registrar.goto(file)
  await follow(registrar, '登记销毁')
  await send(registrar, { ...spoiled, date: facts.today, witness1: '张三（虚构）', witness2: '李四（虚构）', reason: '集中销毁' })
  await expectText(registrar, '请确认')
  await press(registrar, '.confirm button.grave')
  await expectText(registrar, '已办理')
  await registrar.goto(file)
  await take(registrar, '结案', { on_hand: '0' })
  await expectState(registrar, '已结案')

  // Whoever scans a label now finds it good.
  const shopper = await open({ width: 390 })
  await shopper.goto(`/check?q=${good.first}`)
  assert.match(await shopper.locator('h1').innerText(), /第一次查询/)
})

// The first and last serial of a stretch of a batch, as its page shows them.
async function stretch(page, batch, indices) {
  await page.goto(batch)
  const row = page.locator('table.list tbody tr').filter({ has: page.getByText(indices, { exact: true }) })
  const [first, last] = await row.first().locator('td').allInnerTexts()
  return { first: first.match(SERIAL)[0], last: last.match(SERIAL)[0] }
}
