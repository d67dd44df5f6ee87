// A new person: password for once, own password, second factor from the page, recovery codes, sessions.
import assert from 'node:assert/strict'

import { violations } from '../lib/axe.js'
import { expectText, follow, mainText, press, send } from '../lib/desk.js'
import { freshCode, signIn, signOut } from '../lib/people.js'
import { story } from '../lib/story.js'
import { codeOf, presentStep } from '../lib/totp.js'

const LOGIN = 'zhang.wei'
const PASSWORD = '南洞庭的芦苇三月里就高过人头'

await story('sign-in', async ({ people, open, scripts }) => {
  const administrator = await open()
  await signIn(administrator, people.administrator)
  await administrator.goto('/console/people/new')
  await send(administrator, { login: LOGIN, name: '张伟（虚构）', role: 'auditor' })
  const forOnce = (await mainText(administrator)).match(/[0-9A-Z]{5}(-[0-9A-Z]{5}){3}/)[0]

  const page = await open()
  await page.goto('/console')
  await send(page, { login: LOGIN, password: forOnce })
  assert.match(page.url(), /\/console\/own\/password$/, 'nothing is open before the password is changed')
  await page.goto('/console/trail')
  assert.match(page.url(), /\/console\/own\/password$/)
  await send(page, { present: forOnce, new: 'short', again: 'short' })
  await expectText(page, '密码为 12 至 128 个字符')
  await send(page, { present: forOnce, new: PASSWORD, again: PASSWORD })

  await page.goto('/console')
  assert.match(page.url(), /\/console\/own\/second-factor$/, 'an auditor has a second factor')
  if (scripts) assert.deepEqual(await violations(page), [])
  const secret = (await page.locator('main span.code').innerText()).trim()
  await send(page, { code: codeOf(secret, presentStep() - 100) })
  await expectText(page, '验证码不正确')
  assert.equal((await page.locator('main span.code').innerText()).trim(), secret, 'the phone need not scan again')
  await send(page, { code: freshCode(secret) })
  const recovery = (await mainText(page)).match(/\b[0-9A-Z]{5}-[0-9A-Z]{5}\b/g)
  assert.equal(recovery.length, 10)
  await follow(page, '已抄好，继续')
  assert.match(page.url(), /\/console$/)
  await signOut(page)

  const person = { login: LOGIN, password: PASSWORD, secret }
  await signIn(page, person)
  await signOut(page)

  // The phone is gone: a recovery code opens once.
  await send(page, { login: LOGIN, password: PASSWORD })
  await send(page, { code: recovery[0].toLowerCase() })
  await page.goto('/console/own')
  await expectText(page, '剩余恢复码', '9')
  await signOut(page)
  await send(page, { login: LOGIN, password: PASSWORD })
  await send(page, { code: recovery[0] })
  await expectText(page, '不正确')
  await send(page, { code: recovery[1] })
  await page.waitForSelector('form[action="/console/sign-out"]')

  // Two sessions: one ends the other.
  const elsewhere = await open()
  await elsewhere.goto('/console')
  await send(elsewhere, { login: LOGIN, password: PASSWORD })
  await send(elsewhere, { code: recovery[2] })
  await page.goto('/console/own')
  const others = page.locator('main a[href*="/own/sessions/"]').filter({ hasNotText: '本次' })
  assert.equal(await others.count(), 1)
  await others.click()
  await press(page, 'main form.fields button')
  await elsewhere.goto('/console')
  assert.match(elsewhere.url(), /\/console\/sign-in/, 'that session has ended')

  // The wrong password says nothing of what was wrong.
  const stranger = await open()
  await stranger.goto('/console/own')
  await send(stranger, { login: LOGIN, password: 'something else entirely' })
  await expectText(stranger, '登录名、密码或验证码不正确。')
  assert.equal(await stranger.inputValue('#login'), LOGIN, 'the name stays')
  assert.equal(await stranger.inputValue('#password'), '', 'the password does not')
})
