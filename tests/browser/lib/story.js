// A story: what it needs comes in as JSON on standard input; it ends with 0 if all went as told. If not, it prints what
// went wrong, where each of its browsers stood, and a picture of each.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { chromium } from './packages.js'

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const PATIENCE_MS = 60_000

export async function story(name, tell) {
  const given = JSON.parse(await text(process.stdin))
  const pages = []
  const browsers = []
  const start = async (more) => {
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: [...ARGUMENTS, ...more] })
    browsers.push(browser)
    return browser
  }
  const plain = await start([])
  // Somebody at a browser of their own. `look`: language, dark, width, as axe and the eye need them.
  const open = async ({ language = 'zh-CN', dark = false, width = 1280, scripts = given.scripts, film, permissions } = {}) => {
    // `film`: what a browser of its own sees instead of a camera.
    const browser = film
      ? await start(['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`])
      : plain
    const context = await browser.newContext({
      baseURL: given.address,
      javaScriptEnabled: scripts,
      permissions,
      locale: language,
      timezoneId: 'Asia/Shanghai',
      colorScheme: dark ? 'dark' : 'light',
      viewport: { width, height: width < 600 ? 844 : 900 },
    })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    page.on('pageerror', (error) => given.faults.push(`${page.url()}: ${error}`))
    pages.push(page)
    return page
  }
  given.faults = []
  try {
    await tell({ ...given, open })
    if (given.faults.length) throw new Error(`scripts failed:\n${given.faults.join('\n')}`)
  } catch (error) {
    process.exitCode = 1
    console.log(`${name}: ${error.stack}`)
    await leavePictures(name, pages, given.pictures)
  } finally {
    for (const browser of browsers) await browser.close()
  }
}

async function leavePictures(name, pages, folder) {
  mkdirSync(folder, { recursive: true })
  for (const [number, page] of pages.entries()) {
    // A page that nobody has opened yet.
    if ((await page.locator('main').count()) === 0) continue
    const path = join(folder, `failed-${name}-${number}.png`)
    await page.screenshot({ path, fullPage: true })
    const says = await page.locator('main').innerText()
    console.log(`${page.url()}\n  ${path}\n  ${says.slice(0, 2000).replaceAll('\n', '\n  ')}`)
  }
}
