// Every page there is, in every look: axe finds nothing, nothing is wider than the screen, an empty form is refused with
// its fields named. `given.pages` comes from the server's own table of routes.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { OF_COLOUR, violations } from './lib/axe.js'
import { press } from './lib/desk.js'
import { signIn } from './lib/people.js'
import { story } from './lib/story.js'

const LOOKS = [1280, 390].flatMap((width) => [false, true].map((dark) => ({ width, dark })))

await story('pages', async ({ pages, people, language, keep, open }) => {
  const wrong = []
  const browsers = new Map()
  const browserOf = async (who) => {
    if (!browsers.has(who)) {
      const page = await open({ language, scripts: true })
      if (who === 'waiting') await beginToSignIn(page, people.approver)
      else if (who !== 'nobody') await signIn(page, people[who])
      browsers.set(who, page)
    }
    return browsers.get(who)
  }
  for (const { address: listed, who, status } of pages) {
    const page = await browserOf(who)
    const isOwn = listed === '/console/own/sessions/found/end'
    const address = isOwn ? await ownSession(page) : listed
    const kind = (await page.request.get(address)).headers()['content-type'] ?? ''
    if (!kind.startsWith('text/html')) {
      if (!kind) wrong.push(`${address}: no content type`)
      continue // a table or a file
    }
    const answer = await page.goto(address)
    if (answer.status() !== status) {
      wrong.push(`${address} as ${who}: ${answer.status()}, not ${status}`)
      continue
    }
    const name = `${who}${address.replaceAll(/[/?=&]/g, '_')}`
    await look(page, name, address, who)
    if (await emptied(page)) {
      const refused = await press(page, 'main form.fields button[type=submit]')
      if (refused !== 422) wrong.push(`${address} as ${who}: an empty form is answered with ${refused}`)
      else await look(page, `${name}-empty`, `${address} (empty)`, who)
    }
  }
  assert.ok(pages.length > 30, `only ${pages.length} pages`)
  assert.equal(wrong.join('\n'), '')

  async function look(page, name, address, who) {
    for (const { width, dark } of LOOKS) {
      await page.setViewportSize({ width, height: width < 600 ? 844 : 900 })
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
      const at = `${address} as ${who}, ${language}, ${dark ? 'dark' : 'light'}, ${width} px`
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (wide > 0) wrong.push(`${at}: ${wide} px wider than the screen`)
      // In the dark the page is the same but for its colours.
      for (const violation of await violations(page, dark ? OF_COLOUR : undefined)) wrong.push(`${at}: ${violation}`)
      if (keep) {
        mkdirSync(keep, { recursive: true })
        const path = join(keep, `${name}-${language}-${dark ? 'dark' : 'light'}-${width}.png`)
        await page.screenshot({ path, fullPage: true })
      }
    }
  }
})

// Empties the form of a page, if it has a field that must be filled in.
async function emptied(page) {
  const needed = page.locator('main form.fields label[for], main form.fields legend')
  const labels = await needed.evaluateAll((all) => all.filter((one) => !one.querySelector('small')).length)
  if (labels === 0) return false
  await page.evaluate(() => {
    for (const field of document.querySelectorAll('main form.fields :is(input, textarea, select)')) {
      if (field.type === 'hidden') continue
      if (field.type === 'checkbox' || field.type === 'radio') field.checked = false
      else field.value = ''
      field.required = false
    }
  })
  return true
}

// A session has its number from the server.
async function ownSession(page) {
  await page.goto('/console/own')
  return page.locator('main a[href*="/own/sessions/"]').first().getAttribute('href')
}

async function beginToSignIn(page, person) {
  await page.goto('/console/sign-in')
  await page.fill('#login', person.login)
  await page.fill('#password', person.password)
  await press(page, 'main form.fields button[type=submit]')
}
