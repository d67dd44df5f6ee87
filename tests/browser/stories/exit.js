// Exit and blacklist: one person proposes, another confirms; then everybody may know.
import assert from 'node:assert/strict'

import { violations } from '../lib/axe.js'
import { expectState, expectText, follow, mainText, press, send } from '../lib/desk.js'
import { signIn } from '../lib/people.js'
import { story } from '../lib/story.js'

await story('exit', async ({ people, facts, open, scripts }) => {
  const approver = await open()
  const second = await open()
  await signIn(approver, people.approver)
  await signIn(second, people.second_approver)
  const file = `/console/licensees/${facts.licensee}`

  const propose = async (step, ground, before) => {
    await approver.goto(file)
    await follow(approver, step)
    await send(approver, { date: facts.today, ground, document: '决定〔2026〕3号' })
    if (step === '退出') {
      // First a summary, from which one can go back with everything that was typed.
      await expectText(approver, '请确认', ground)
      if (scripts) assert.deepEqual(await violations(approver), [])
      await press(approver, '.confirm button.quiet')
      assert.equal(await approver.inputValue('#ground'), ground)
      await send(approver)
      await press(approver, '.confirm button.grave')
    }
    await expectText(approver, '待另一人复核', ground)
    await expectState(approver, before)
    assert.equal(await approver.getByRole('link', { name: '复核', exact: true }).count(), 0, 'not by the same person')
    await approver.goto(`${file}/confirm`)
    await expectText(approver, '无权')
  }
  const confirm = async () => {
    await second.goto('/console')
    await follow(second, facts.licensee_name)
    await follow(second, '复核')
    await press(second, 'main form.fields button')
    if (await second.locator('.confirm button.grave').count()) await press(second, '.confirm button.grave')
  }

  await propose('退出', '转让专用标志', '有效')
  await confirm()
  await expectState(second, '退出')

  await propose('列入黑名单', '转让专用标志，情节严重', '退出')
  await confirm()
  await expectState(second, '黑名单')

  const anybody = await open()
  const answer = await anybody.request.get('/directory.json')
  const all = JSON.stringify(await answer.json())
  assert.ok(all.includes('blacklisted') && all.includes(facts.licensee_name), all.slice(0, 500))
  assert.match(await mainText(second), /黑名单/)
})
