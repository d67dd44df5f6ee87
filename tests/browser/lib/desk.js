// What people do on pages: follow a step, fill in a form by its labels, read the state.
import assert from 'node:assert/strict'

// Follows a link or a step by its words.
export async function follow(page, words) {
  await page.locator('main').getByRole('link', { name: words, exact: true }).first().click()
  await page.waitForLoadState('load')
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
  const answer = page.waitForResponse((response) => response.request().isNavigationRequest() && response.status() !== 303)
  await page.locator(selector).first().click()
  const response = await answer
  await page.waitForLoadState('load')
  return response.status()
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
  assert.equal(await stateOf(page), state, await mainText(page))
}

export async function expectText(page, ...texts) {
  const says = await mainText(page)
  for (const text of texts) assert.ok(says.includes(text), `“${text}” is missing in:\n${says}`)
}
