// Every answer of the public page, in every look: the verdict is on the first screen, after one request; axe finds nothing;
// nothing is wider than the screen.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { OF_COLOUR, violations } from './lib/axe.js'
import { story } from './lib/story.js'

const LOOKS = [390, 1280].flatMap((width) => [false, true].map((dark) => ({ width, dark })))
// Of a phone of 390 × 844 px.
const SCREEN = 844
// Colours are the same without scripts.
const PLAIN_LOOKS = LOOKS.filter(({ dark }) => !dark)

await story('verdicts', async ({ pages, language, scripts, keep, open }) => {
  const wrong = []
  for (const { name, addresses, tone } of pages) {
    for (const [look, { width, dark }] of (scripts ? LOOKS : PLAIN_LOOKS).entries()) {
      // For the second phone it is not the first query: some pages have an address for each look.
      const address = addresses[look % addresses.length]
      const at = `${name}, ${language}, ${dark ? 'dark' : 'light'}, ${width} px`
      const say = (what) => wrong.push(`${at}: ${what}`)
      const page = await open({ language, width, dark })
      const requests = []
      page.on('request', (request) => requests.push(request.resourceType()))
      // Whatever the page still fetches, the verdict does not wait for it.
      await page.route('**/*', (route) => (route.request().resourceType() === 'document' ? route.continue() : route.abort()))
      await page.goto(address, { waitUntil: 'commit' })
      const verdict = page.locator(`.field.${tone} h1`)
      await verdict.waitFor({ state: 'visible' }).catch(() => say(`no ${tone}`))
      const box = await verdict.boundingBox()
      if (!box || box.y + box.height > 600) say(`the verdict ends at ${box && box.y + box.height}`)
      // What the buyer is to do about it stands on the first screen too; in Chinese the whole answer does.
      const before = await page.locator('.before').boundingBox({ timeout: 500 }).catch(() => null)
      const facts = await page.locator('.facts').first().boundingBox({ timeout: 500 }).catch(() => null)
      if (before && before.y + before.height > SCREEN) say(`“do not buy” ends at ${before.y + before.height}`)
      const end = facts && facts.y + facts.height
      if (name === 'first' && language === 'zh' && width === 390 && end > SCREEN) say(`what to compare ends at ${end}`)
      const colour = await page.locator('.field').evaluate((field) => getComputedStyle(field).backgroundColor)
      if (colour === 'rgba(0, 0, 0, 0)') say('the verdict has no colour yet')
      if (requests.filter((kind) => kind === 'document').length !== 1) say(`requests: ${requests}`)
      await page.unroute('**/*')
      await page.goto(address)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (wide > 0) say(`${wide} px wider than the screen`)
      if (scripts) for (const violation of await violations(page, dark ? OF_COLOUR : undefined)) say(violation)
      if (keep && scripts) {
        mkdirSync(keep, { recursive: true })
        await page.locator('img').first().scrollIntoViewIfNeeded({ timeout: 500 }).catch(() => {})
        await page.waitForLoadState('networkidle')
        await page.evaluate(() => window.scrollTo(0, 0))
        await page.screenshot({ path: join(keep, `${name}-${language}-${dark ? 'dark' : 'light'}-${width}.png`), fullPage: true })
      }
      await page.context().close()
    }
  }
  assert.equal(wrong.join('\n'), '')
})
