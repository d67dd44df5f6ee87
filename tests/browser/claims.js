// Hidden codes as buyers meet them, at the widths of a phone and of a desk: once, twice, wrong, too often; then the pages
// that explain, and the deletion of the phone's history. Every state is looked at by axe, in the light and in the dark.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { OF_COLOUR, violations } from './lib/axe.js'
import { press } from './lib/desk.js'
import { story } from './lib/story.js'

const SEND = 'main form[action^="/claim"] button[type=submit]'

await story('claims', async ({ scripts, keep, marks, open }) => {
  const wrong = []
  for (const width of [390, 1280]) {
    const mark = marks[width]
    const page = await open({ width })
    await page.goto(mark.page)
    await says(page, '编号有效，这是第一次查询。')
    await look(page, 'invited', width)

    await claim(page, mark.wrong)
    await says(page, '暗码不对，请再核对一次。', '再错 4 次')
    await look(page, 'wrong', width)
    await claim(page, 'x')
    await says(page, '这不像一个暗码，请再看一遍。')
    assert.equal(await page.inputValue('#hidden'), 'x')
    await look(page, 'malformed', width)

    // Typed as people type.
    await claim(page, mark.hidden.toLowerCase().replace('-', ' '))
    await says(page, '暗码正确，这是第一次验证。', '最有力的证明')
    await look(page, 'claimed', width)
    await page.goto(mark.symbol)
    await says(page, '验证暗码', '已经填好')
    await look(page, 'scanned', width)
    assert.equal(await press(page, SEND), 200)
    await says(page, '暗码正确，您用这部手机验证过。')
    await look(page, 'own', width)

    const other = await open({ width, language: 'en-GB' })
    await other.goto(mark.page)
    await claim(other, mark.hidden)
    await says(other, 'The hidden code is right, but it was checked before.', 'What may be behind it')
    await look(other, 'before-en', width)

    const guesser = await open({ width })
    await guesser.goto(mark.other.page)
    for (let times = 0; times < 5; times++) {
      await claim(guesser, mark.other.wrong)
      await says(guesser, '暗码不对，请再核对一次。')
    }
    await look(guesser, 'last', width)
    await claim(guesser, mark.other.hidden, 429)
    await says(guesser, '输错的次数太多，请过一会儿再验证。', '分钟后可以再试')
    await look(guesser, 'locked', width)

    await page.goto('/claim')
    await page.fill('#mark', mark.plain)
    await claim(page, mark.hidden)
    await says(page, '这枚标志没有暗码。')
    await look(page, 'none', width)

    for (const [visitor, tag] of [[page, 'zh'], [other, 'en']]) {
      for (const address of ['/about', '/privacy', '/directory', '/claim']) {
        await visitor.goto(address)
        await look(visitor, `${address.slice(1)}-${tag}`, width)
      }
    }
    await page.goto(mark.page)
    await says(page, '编号有效，这是第一次查询。')
    await page.locator('footer a[href="/privacy"]').click()
    await page.waitForURL('**/privacy')
    assert.equal(await press(page, 'main form.do button'), 200)
    await says(page, '收到了，本机的记录正在删除。', '24 小时')
    await look(page, 'deleted', width)
    assert.deepEqual(await page.context().cookies(), [])
    await page.goto('/privacy')
    assert.equal(await press(page, 'main form.do button'), 200)
    await says(page, '没有找到属于本机的记录。')
    await look(page, 'nothing', width)
  }
  assert.equal(wrong.join('\n'), '')

  async function look(page, name, width) {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    if (wide > 0) wrong.push(`${name}: ${wide} px wider than ${width}`)
    for (const dark of [false, true]) {
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
      if (scripts) {
        const found = await violations(page, dark ? OF_COLOUR : undefined)
        for (const violation of found) wrong.push(`${name}, ${width} px, ${dark ? 'dark' : 'light'}: ${violation}`)
      }
      if (keep) {
        mkdirSync(keep, { recursive: true })
        const path = join(keep, `claim-${name}-${dark ? 'dark' : 'light'}-${width}.png`)
        await page.screenshot({ path, fullPage: true })
      }
    }
    await page.emulateMedia({ colorScheme: 'light' })
  }
})

async function claim(page, hidden, status = 200) {
  await page.fill('#hidden', hidden)
  assert.equal(await press(page, SEND), status)
}

// The heading is this, and these words are on the page.
async function says(page, heading, ...words) {
  const shown = (await page.locator('h1').innerText()).replaceAll('\n', ' ')
  const plain = (text) => text.replaceAll(/\s+/g, '')
  assert.equal(plain(shown), plain(heading))
  const all = await page.locator('main').innerText()
  for (const word of words) assert.ok(all.includes(word), `${word} is not on the page:\n${all}`)
}
