// Checking on the check page: by typing, by photo, and by a camera that sees a film.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { violations } from './lib/axe.js'
import { story } from './lib/story.js'

await story('check', async ({ address, serials, folder, scripts, keep, open }) => {
  const [serial] = serials
  const file = (name) => join(folder, name)

  // Every state, at both widths and in both looks: no fault that axe finds, nothing wider than the screen.
  const look = async (page, name) => {
    for (const width of [1280, 390]) {
      for (const colorScheme of ['light', 'dark']) {
        await page.setViewportSize({ width, height: width < 600 ? 844 : 900 })
        await page.emulateMedia({ colorScheme })
        const at = `${name}, ${width} px, ${colorScheme}`
        if (scripts) assert.deepEqual(await violations(page), [], at)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        assert.ok(wide <= 0, `${at}: ${wide} px wider than the screen`)
        if (keep) {
          mkdirSync(keep, { recursive: true })
          const path = join(keep, `check-${name}-${scripts ? 'js' : 'plain'}-${colorScheme}-${width}.png`)
          await page.screenshot({ path, fullPage: true })
        }
      }
    }
  }
  const home = async (how = {}) => {
    const page = await open(how)
    await page.goto('/')
    return page
  }
  const says = (page, words) => page.locator('main', { hasText: words }).waitFor()

  // ---- typing
  {
    const page = await home()
    if (scripts) {
      const told = page.locator('#q-says')
      await page.locator('#q').pressSequentially('4bd9 u')
      assert.match(await told.innerText(), /没有这样的字符：u/)
      assert.equal(await page.getAttribute('#q', 'aria-invalid'), 'true')
      assert.equal(await page.inputValue('#q'), '4bd9 u', 'what was typed stays')
      await look(page, 'impossible')
      await page.fill('#q', '4bd9q')
      assert.match(await told.innerText(), /4BD9-Q，还差 11 位/)
      assert.equal(await page.getAttribute('#q', 'aria-invalid'), null)
      await page.fill('#q', 'nh82-0vxz')
      assert.match(await told.innerText(), /暗码/)
      await look(page, 'hidden')
      assert.equal(await told.getAttribute('role'), 'status')
    }
    await page.fill('#q', serial.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l'))
    if (scripts) assert.ok((await page.locator('#q-says').innerText()).includes(`${serial}，16 位齐了`))
    await page.press('#q', 'Enter')
    await page.waitForURL('**/check?q=*')
    await says(page, serial)
  }

  // ---- what cannot be a serial: no verdict, and nothing is lost
  for (const [language, heading] of [['zh-CN', '编号请再核对'], ['en-GB', 'look at the serial again']]) {
    const page = await home({ language })
    await page.fill('#q', '4bd9 qv4')
    await page.press('#q', 'Enter')
    await page.waitForURL('**/check?q=*')
    await says(page, heading)
    assert.equal(await page.inputValue('#q'), '4bd9 qv4')
    await look(page, `unfinished-${language}`)
  }

  // ---- photo
  const send = async (page, name) => {
    await page.setInputFiles('#photo', file(name))
    if (!scripts) await page.click('form.photo button')
  }
  for (const [name, to] of [['label.jpg', serials[0]], ['moving.gif', serials[1]]]) {
    const page = await home()
    await send(page, name)
    await page.waitForURL('**/t/*')
    await says(page, to)
  }
  {
    const page = await home()
    await send(page, 'sheet.png')
    await says(page, scripts ? '照片里不止一枚专用标志' : '照片里有 3 枚专用标志')
    assert.ok(!/\/t\//.test(page.url()), page.url())
    await look(page, 'sheet')
    const links = page.locator('main a[href^="/t/"]')
    assert.equal(await links.count(), 3)
    const [href] = await links.evaluateAll((all) => all.map((one) => one.getAttribute('href')))
    await links.first().click()
    await page.waitForURL(`**${href}`)
  }
  for (const [name, words] of [
    ['blank.png', '没有找到二维码'],
    ['text.jpg', '不是能识读的照片'],
    ['bomb.png', '照片太大'],
    ['foreign.png', '本站不会打开它'],
    ['alike.png', '相像，但不是'],
  ]) {
    const page = await home()
    await send(page, name)
    await says(page, words)
    assert.ok(page.url().startsWith(`${address}/`), page.url())
    if (name === 'foreign.png') await says(page, 'https://weixin.qq.com/r/abc')
    assert.equal(await page.locator('main a[href*="qq.com"], main a[href*="evil.com"]').count(), 0)
    await look(page, name.split('.')[0])
  }
  {
    const page = await home({ language: 'en-GB' })
    await look(page, 'english')
    await send(page, 'foreign.png')
    await says(page, 'we will not open it')
  }
  if (!scripts) return

  // ---- a photo that a browser will not send: 100 MB
  {
    const page = await home()
    await page.setInputFiles('#photo', file('huge.jpg'))
    await says(page, '一张照片最多 10 MB')
    assert.equal(new URL(page.url()).pathname, '/')
  }

  // ---- camera
  {
    const page = await home({ film: file('label.y4m'), permissions: ['camera'] })
    assert.equal(await page.locator('video').count(), 0, 'not before the button is pressed')
    await page.click('.look .open')
    await page.waitForURL('**/t/*')
    await says(page, serials[2])
  }
  {
    const page = await home({ film: file('foreign.y4m'), permissions: ['camera'] })
    await page.click('.look .open')
    await says(page, '本站不会打开它')
    await says(page, 'https://weixin.qq.com/r/abc')
    await look(page, 'camera')
    await page.click('.look .stop')
    await page.locator('video').waitFor({ state: 'detached' })
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'open')
  }
  {
    const page = await home({ film: file('label.y4m'), permissions: [] })
    await page.click('.look .open')
    await says(page, '没有允许使用摄像头')
    await look(page, 'refused')
  }
  {
    const page = await home({ permissions: ['camera'] })
    await page.click('.look .open')
    await says(page, '没有找到摄像头')
  }
})
