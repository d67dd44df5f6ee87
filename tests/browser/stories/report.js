// Somebody in a market reports a pack with a photo, the inspector takes it up and decides, the person reads what came of it;
// then another report is added to and taken back.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { OF_COLOUR, violations } from '../lib/axe.js'
import { expectState, expectText, pickUp, take } from '../lib/desk.js'
import { signIn } from '../lib/people.js'
import { story } from '../lib/story.js'

await story('report', async ({ people, facts, keep, scripts, open }) => {
  const photo = { name: 'pack.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(facts.photo, 'base64') }
  const phone = await open({ width: 390 })
  await phone.goto(`/check?q=${facts.serial}`)
  await phone.locator('main a[href^="/report?serial="]').first().click()
  assert.equal(await phone.inputValue('#f-serial'), facts.serial)
  await look(phone, 'form')
  await phone.getByText('标志的样子不对').click()
  await phone.fill('#f-told', '颜色比别的浅\n<script>alert(1)</script>')
  await phone.setInputFiles('#f-photos', photo)
  await phone.selectOption('#f-place', '430900')
  await phone.fill('#f-seller', '示例集市 3 号摊')
  await phone.fill('#f-bought', '2026-04-02')
  await phone.fill('#f-contact', '13800000000')
  await phone.getByRole('button', { name: '提交', exact: true }).click()
  await phone.waitForURL('**/report/*notice=sent*')
  await expectText(phone, '已收到', '等待受理', '益阳市', '附照片 1 张')
  const ticket = (await phone.locator('.field .serial').innerText()).trim()
  assert.match(ticket, /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/)
  assert.equal(await phone.locator('main img').count(), 0)
  await look(phone, 'sent')

  const inspector = await open()
  await signIn(inspector, people.inspector)
  await pickUp(inspector, '标志的样子可疑')
  await inspector.goto('/console/tips')
  await inspector.locator('main table.list tbody tr').filter({ hasText: '颜色比别的浅' }).locator('a').first().click()
  await inspector.waitForURL(/\/console\/tips\/\d+/)
  await expectText(inspector, '<script>alert(1)</script>', '示例集市 3 号摊')
  const picture = inspector.locator('main img').first()
  await picture.evaluate((image) => image.decode())
  assert.equal(await picture.evaluate((image) => image.naturalWidth), 200, 'the photo is shown')
  await take(inspector, '受理')
  await expectState(inspector, '已受理')
  await take(inspector, '登记处理结果', { told: '已责令摊主改正。' })
  await expectState(inspector, '已办结')

  // The person comes back with the number, typed as people type.
  const later = await open({ width: 390, language: 'en-GB' })
  await later.goto('/report')
  await later.fill('#f-ticket', ticket.toLowerCase().replaceAll('-', ' '))
  await later.getByRole('button', { name: 'Look', exact: true }).click()
  await later.waitForURL('**/report/*')
  await expectText(later, 'What came of it', '已责令摊主改正。', 'done: see below')
  await look(later, 'decided')

  const second = await open({ width: 1280 })
  await second.goto('/report')
  await second.evaluate(() => document.querySelectorAll('.fill [required]').forEach((field) => (field.required = false)))
  await second.getByRole('button', { name: '提交', exact: true }).click()
  await expectText(second, '有 2 处需要改正', '请选择一项')
  await look(second, 'wrong')
  await second.getByText('价格或卖法可疑').click()
  await second.fill('#f-told', '三折')
  await second.getByRole('button', { name: '提交', exact: true }).click()
  await second.waitForURL('**/report/*notice=sent*')
  await second.fill('#f-told', '又想起一点')
  await second.setInputFiles('#f-photos', photo)
  await second.getByRole('button', { name: '提交补充' }).click()
  await expectText(second, '补充已收到', '又想起一点', '附照片 1 张')
  await second.waitForURL('**notice=added*')
  await look(second, 'added')
  await second.locator('summary').click()
  await second.getByRole('button', { name: '确认撤回' }).click()
  await expectText(second, '您已撤回')
  // Back to the form and sent again: the browser keeps the words, the form has a new name.
  await second.goto('/report')
  await second.getByText('产品质量').click()
  await second.fill('#f-told', '有异味')
  const once = await sent(second)
  await second.goBack()
  await second.reload()
  await second.getByText('产品质量').click()
  await second.fill('#f-told', '有异味')
  assert.equal(await sent(second), once, 'one report')
  // A serial that is none is said once, and taken as it is when it comes again.
  await second.goto('/report')
  await second.getByText('其他').click()
  await second.fill('#f-told', '编号少了几位')
  await second.fill('#f-serial', '4BD9-QV4')
  if (scripts) await expectText(second, '还差 9 位')
  await second.getByRole('button', { name: '提交', exact: true }).click()
  await expectText(second, '标签上真是这样印的')
  await look(second, 'no-serial')
  await sent(second)
  await second.goto(`/report?ticket=${facts.serial}`)
  await expectText(second, '这是标签上的防伪编号')
  await look(second, 'serial-for-ticket')
  await second.getByRole('link', { name: '查询这个防伪编号' }).click()
  await second.waitForURL('**/check?q=*')
  await second.goto('/report/0000-0000-0000-0000')
  await expectText(second, '没有这个编号')
  await look(second, 'not-found')

  async function sent(page) {
    await page.getByRole('button', { name: '提交', exact: true }).click()
    await page.waitForURL('**/report/*notice=sent*')
    return (await page.locator('.field .serial').innerText()).trim()
  }

  // At both widths, light and dark: axe finds nothing, nothing is wider than the screen.
  async function look(page, name) {
    for (const width of [390, 1280]) {
      for (const dark of [false, true]) {
        await page.setViewportSize({ width, height: width < 600 ? 844 : 900 })
        await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
        const at = `${name}, ${width} px, ${dark ? 'dark' : 'light'}`
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        assert.ok(wide <= 0, `${at}: ${wide} px wider than the screen`)
        if (scripts) assert.deepEqual(await violations(page, dark ? OF_COLOUR : undefined), [], at)
        if (keep) {
          mkdirSync(keep, { recursive: true })
          const path = join(keep, `report-${name}-${dark ? 'dark' : 'light'}-${width}.png`)
          await page.screenshot({ path, fullPage: true })
        }
      }
    }
  }
})
