// Signing in as people do.
import assert from 'node:assert/strict'

import { codeOf, presentStep } from './totp.js'

// The step of the last code that each secret's owner has shown.
const shown = new Map()

// A code that was not shown before: the present one, else the next, which a clock half a minute slow may take. A third
// within the same half minute there is not.
export function freshCode(secret) {
  const present = presentStep()
  const step = Math.max(present, (shown.get(secret) ?? 0) + 1)
  assert.ok(step <= present + 1, 'a person can show two codes at once, not three')
  shown.set(secret, step)
  return codeOf(secret, step)
}

// Types name, password and, if asked, a code.
export async function signIn(page, person, to = '/console') {
  await page.goto(to)
  await page.fill('#login', person.login)
  await page.fill('#password', person.password)
  await page.click('form.fields button[type=submit]')
  if (person.secret) {
    await page.waitForURL('**/console/code')
    await page.fill('#code', freshCode(person.secret))
    await page.click('form.fields button[type=submit]')
  }
  await page.waitForSelector('form[action="/console/sign-out"]')
}

export async function signOut(page) {
  await page.click('form[action="/console/sign-out"] button')
  await page.waitForURL('**/console/sign-in')
}
