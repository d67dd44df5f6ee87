// What people do on pages: follow a step, fill in a form by its labels, read the state.
import assert from 'node:assert/strict'

// Does what leads to another page, and waits until that is there: loaded anew, or put in place by the console's script.
export async function leave(page, how) {
  await page.locator('main').evaluate((main) => main.setAttribute('data-left', ''))
  await how()
  await page.waitForSelector('main:not([data-left])')
  await page.waitForLoadState('load')
}

// Follows a link or a step by its words.
export async function follow(page, words) {
  await leave(page, () => page.locator('main').getByRole('link', { name: words, exact: true }).first().click())
}

// Picks up what waits on the start page: the file of the row that says so.
export async function pickUp(page, words) {
  const row = page.locator('main table.list tbody tr').filter({ hasText: words })
  await leave(page, () => row.first().locator('a').first().click())
}

// Fills in the fields by their names and sends the form. A list checks its boxes.
export async function send(page, fields = {}) {
  for (const [name, value] of Object.entries(fields)) {
    if (Array.isArray(value)) {
      for (const word of value) await page.check(`input[name="${name}"][value="${word}"]`)
    } else if ((await page.locator(`select#${name}`).count()) > 0) {
      await page.selectOption(`select#${name}`, value)
    } else {
      await page.fill(`#${name}`, value)
    }
  }
  await press(page, 'main form.fields button[type=submit]')
}

// Presses what sends a form and waits for what comes of it.
export async function press(page, selector) {
  const isPage = (response) => ['document', 'fetch'].includes(response.request().resourceType())
  const answer = page.waitForResponse((response) => isPage(response) && response.status() !== 303)
  await leave(page, () => page.locator(selector).first().click())
  return (await answer).status()
}

// Fills in the filter of a list, and waits until the list is that of all its fields: with the script it follows what is
// typed, without it the button.
export async function filter(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    if ((await page.locator(`select#f-${name}`).count()) > 0) await page.selectOption(`#f-${name}`, value)
    else await page.fill(`#f-${name}`, value)
  }
  await page.click('form.filter button')
  await page.waitForURL((url) => Object.entries(fields).every(([name, value]) => url.searchParams.get(name) === value))
  await page.waitForSelector('#main:not([aria-busy])')
}

// Takes a step that the file offers: follows it, fills in its form, and stands before the file again.
export async function take(page, words, fields = {}) {
  await follow(page, words)
  await send(page, fields)
  assert.equal(await page.locator('.errors').count(), 0, await mainText(page))
}

export const stateOf = async (page) => (await page.locator('.head .state').innerText()).trim()
export const mainText = (page) => page.locator('main').innerText()

export async function expectState(page, state) {
  await soon(page, async () => (await stateOf(page)) === state)
  assert.equal(await stateOf(page), state, await mainText(page))
}

export async function expectText(page, ...texts) {
  await soon(page, async () => {
    const says = await mainText(page)
    return texts.every((text) => says.includes(text))
  })
  const says = await mainText(page)
  for (const text of texts) assert.ok(says.includes(text), `“${text}” is missing in:\n${says}`)
}

// A click does not wait for the page that it leads to: looks again until it is so, or for some seconds.
async function soon(page, holds) {
  for (let tries = 0; tries < 50; tries++) {
    if (await holds().catch(() => false)) return
    await page.waitForTimeout(100)
  }
}
