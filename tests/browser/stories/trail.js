// The auditor looks for who did something, and takes it away as a table.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

import { expectText, filter, leave, send } from '../lib/desk.js'
import { signIn } from '../lib/people.js'
import { story } from '../lib/story.js'

await story('trail', async ({ people, facts, open }) => {
  const registrar = await open()
  await signIn(registrar, people.registrar)
  await registrar.goto(`/console/orders/${facts.placed_order}/cancel`)
  await send(registrar, { reason: '<script>alert(1)</script> 数量有误' })
  // Somebody guesses at a password.
  const stranger = await open()
  await stranger.goto('/console/sign-in')
  await send(stranger, { login: people.registrar.login, password: 'not the right one' })

  const auditor = await open()
  await signIn(auditor, people.auditor)
  await auditor.goto('/console/trail')
  const search = async (fields) => {
    await auditor.goto('/console/trail')
    await filter(auditor, fields)
    return auditor.locator('table.list tbody tr')
  }
  const failed = await search({ login: people.registrar.login, outcome: 'failed' })
  assert.equal(await failed.count(), 1)
  await expectText(auditor, '127.0.0.1')
  const cancelled = await search({ login: people.registrar.login, subject: `order ${facts.placed_order}` })
  assert.equal(await cancelled.count(), 1)

  // The same list as a table, by a link of the page.
  const [download] = await Promise.all([
    auditor.waitForEvent('download'),
    auditor.locator('.pages a[href*="format=csv"]').click(),
  ])
  const table = await readFile(await download.path(), 'utf8')
  assert.equal(table.trim().split('\n').length, 2, table)

  await leave(auditor, () => cancelled.locator('a').first().click())
  await expectText(auditor, '变更前', '变更后', '待核准', '已取消')
  // The table that was taken away stands there itself.
  const exported = await search({ login: people.auditor.login, action: 'export' })
  assert.equal(await exported.count(), 1)
  // An auditor changes nothing.
  await auditor.goto(`/console/orders/${facts.placed_order}/approve`)
  await expectText(auditor, '无权')
})
