// A phone that opened the home page once, in a cellar without a network, and out again.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { violations } from '../lib/axe.js'
import { mainText } from '../lib/desk.js'
import { Network } from '../lib/network.js'
import { story } from '../lib/story.js'

const YEAR_MS = 366 * 24 * 3600 * 1000

await story('offline', async ({ port, good, withdrawn, not_activated, forged, serial, uscc, keep, open }) => {
  const network = new Network(port)
  const origin = await network.restore()
  const page = await open({ width: 390 })
  const english = await open({ language: 'en-GB' })
  for (const phone of [page, english]) {
    await phone.goto(`${origin}/`)
    await phone.evaluate(async () => {
      await navigator.serviceWorker.ready
      if (!navigator.serviceWorker.controller) {
        await new Promise((taken) => navigator.serviceWorker.addEventListener('controllerchange', taken, { once: true }))
      }
    })
    // What is shown is the same as without all this.
    assert.equal(await phone.locator('dialog, [role=alert]').count(), 0)
  }
  const waiting = () => page.evaluate(async () => (await (await caches.open('checks')).keys()).length)

  await network.cut()
  let number = 0
  const look = async (phone, path, finding, ...texts) => {
    // A worker knows the browser's own language, whatever this story has it say.
    const chinese = phone === page ? `${path.includes('?') ? '&' : '?'}lang=zh` : ''
    await phone.goto(origin + path + chinese)
    await phone.waitForFunction((finding) => document.title.includes(finding), finding)
    const says = await mainText(phone)
    for (const text of texts) assert.ok(says.includes(text), `“${text}” is missing in:\n${says}`)
    assert.ok(!/[{}]/.test(says), says)
    assert.deepEqual(await violations(phone), [])
    if (keep) {
      mkdirSync(keep, { recursive: true })
      await phone.screenshot({ path: join(keep, `offline-${++number}.png`), fullPage: true })
    }
  }
  const cellar = async (phone) => {
    const field = phone.locator('main .field').first()
    return (await field.getAttribute('class')).split(' ').at(-1)
  }

  await look(page, good, '签名有效', uscc, '没有核对的', '名单日期', '这次核对已记在手机里')
  assert.equal(await cellar(page), 'offline', 'none of the verdicts’ colours')
  await look(page, good.replace('/t/', '/T/'), '签名有效')
  assert.equal(await waiting(), 1, 'the same code just before is the same check')
  await look(page, withdrawn, '名单上已停用', '已撤销', '有没有恢复使用')
  assert.ok(!(await mainText(page)).includes('有没有停用'), 'that it is withdrawn was checked')
  assert.equal(await cellar(page), 'stop')
  await look(page, not_activated, '名单上尚未启用', '不要购买')
  await look(page, forged, '这不是沅江芦笋', '请不要按沅江芦笋购买', '反映可疑包装', `真实域名只有一个：${new URL(origin).host}`)
  assert.equal(await cellar(page), 'other')
  await look(page, `/check?q=${serial}`, '输入的编号查不了', '这不是查询结果')
  await look(page, '/check?q=nonsense', '输入的编号查不了', '这不是查询结果')
  await look(page, '/check?q=https%3A%2F%2Fv.example.cn%2Ft%2Fnonsense', '这不是沅江芦笋')
  await look(page, '/directory', '现在没有网络')
  assert.equal(await waiting(), 3, 'what is not ours is not kept')
  await page.goto(`${origin}/`)
  assert.ok(await page.locator('#q').isVisible(), 'the home page is there')
  await look(english, good, 'the signature is good', 'What could not be checked', 'Date of the list', '(Beijing time)')
  await look(english, `${withdrawn}?lang=zh`, '名单上已停用')

  // A clock that is wrong by a year, either way.
  for (const [wrong, told] of [
    [-YEAR_MS, '名单却是'],
    [YEAR_MS, '不是手机的时间不对，就是名单太旧'],
  ]) {
    const now = Date.now()
    await page.clock.setFixedTime(now + wrong)
    await look(page, good, '签名有效', '手机的时间可能不对', told)
    await page.clock.setFixedTime(now)
  }

  // Out again: opening any page sends what waits, once.
  await network.restore()
  const kept = await page.evaluate(async () => {
    const checks = await caches.open('checks')
    return Promise.all((await checks.keys()).map(async (request) => (await checks.match(request)).json()))
  })
  await page.goto(`${origin}/`)
  for (let times = 0; (await waiting()) > 0; times++) {
    assert.ok(times < 300, 'what waits is never sent')
    await page.waitForTimeout(50)
  }
  // Somebody sends the same again.
  const again = await page.request.post(`${origin}/api/v1/offline-checks`, { data: { checks: kept } })
  assert.equal((await again.json()).taken.length, kept.length)
  // With a network the answer is the server's, and no page of it is kept.
  await page.goto(origin + good)
  assert.ok((await mainText(page)).includes('编号有效'))
  const addresses = await page.evaluate(async () => {
    const names = await caches.keys()
    const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
    return all.flat().map((request) => new URL(request.url).pathname)
  })
  assert.ok(!addresses.some((path) => /^\/t\//i.test(path)), addresses.join(' '))
  await network.cut()
})
