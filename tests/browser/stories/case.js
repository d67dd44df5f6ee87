// A copied mark from the alert to the closed case: an inspector looks, freezes the mark and brings photos, the approver decides
// and revokes it, the licensee is told and answers, and the file is taken away.
import assert from 'node:assert/strict'

import { violations } from '../lib/axe.js'
import { expectState, expectText, follow, pickUp, press, send, take } from '../lib/desk.js'
import { signIn } from '../lib/people.js'
import { story } from '../lib/story.js'

await story('case', async ({ people, facts, scripts, open }) => {
  const photo = { name: '摊位.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(facts.photo, 'base64') }
  const buyer = await open({ width: 390 })
  const buyerReads = async (words) => {
    await buyer.goto(`/check?q=${facts.suspected}`)
    await expectText(buyer, words)
  }
  // A step that on a phone lies behind the first two.
  const step = async (page, words) => {
    const more = page.locator('summary', { hasText: '更多办理' })
    if (await more.isVisible()) await more.click()
    await follow(page, words)
  }
  const wide = async (page, at) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(over <= 0, `${at}: ${over} px wider than the screen`)
    if (scripts) assert.deepEqual(await violations(page), [], at)
  }

  // The inspector stands in the market with a phone.
  const inspector = await open({ width: 390 })
  await signIn(inspector, people.inspector)
  await inspector.goto('/console/alerts')
  await pickUp(inspector, facts.suspected)
  await expectText(inspector, facts.suspected)
  await take(inspector, '指派')
  await wide(inspector, 'alert')
  await inspector.goto('/console/cases')
  await pickUp(inspector, '某市场疑似翻印标签')
  await expectState(inspector, '办理中')
  await follow(inspector, '登记检查')
  await inspector.setInputFiles('#exhibits', photo)
  await send(inspector, { day: facts.today, place: '430900', spot: '示例集市 3 号摊', told: '同号标志两枚，一枚纸质不同。' })
  await expectText(inspector, '示例集市 3 号摊', '摊位.jpg')
  await step(inspector, '冻结标志')
  await send(inspector, { reason: '市场上发现同号标志' })
  await expectText(inspector, '已办理', '市场上发现同号标志')
  await wide(inspector, 'case')
  assert.equal(await inspector.getByRole('link', { name: '撤销标志', exact: true }).count(), 0, 'not for an inspector')
  await buyerReads('正在核查')

  const approver = await open()
  await signIn(approver, people.approver)
  await approver.goto('/console/cases')
  await pickUp(approver, '某市场疑似翻印标签')
  const file = approver.url()
  await pickUp(approver, facts.suspected)
  await follow(approver, '判定')
  await send(approver, { confirmed_copy: ['label_reprinted'], told: '与原版标签比对不符' })
  await expectText(approver, '确认复制', '翻印标签')
  await approver.goto(file)
  await step(approver, '撤销标志')
  await send(approver, { reason: '查实翻印', document: '决定〔2026〕9号' })
  await expectText(approver, facts.suspected, '撤销不能恢复')
  await wide(approver, 'revoke')
  await press(approver, '.confirm button.grave')
  await buyerReads('已撤销')

  await approver.goto(file)
  await step(approver, '告知合法使用人')
  await send(approver, { told: '一枚标志被翻印，已撤销，请核对余标。' })
  await expectText(approver, '一枚标志被翻印')
  const licensee = await open()
  await signIn(licensee, people.licensee)
  await licensee.goto('/console/notices')
  await pickUp(licensee, '待答复')
  await expectText(licensee, '一枚标志被翻印')
  await follow(licensee, '答复')
  await send(licensee, { told: '余标已核对，无短缺。' })
  await expectText(licensee, '余标已核对')
  await licensee.goto(file)
  await expectText(licensee, '无权')

  await approver.goto(file)
  await expectText(approver, '余标已核对，无短缺。')
  await follow(approver, '结案')
  await send(approver, { result: 'copies_found', told: '当事人已立案查处。' })
  await expectState(approver, '已结案')
  await wide(approver, 'closed')
  const link = approver.getByRole('link', { name: '导出案卷', exact: true })
  const zip = await approver.request.get(await link.getAttribute('href'))
  assert.equal(zip.status(), 200)
  assert.equal((await zip.body()).subarray(0, 2).toString(), 'PK')
})
