// See run.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { get } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// What the service worker fetches is told apart from what the page does.
process.env.PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS = '1'
const folder = process.env.YUANMARK_PAGE
const require = createRequire(join(folder, 'package.json'))
const { chromium } = require('playwright-core')
const { default: lighthouse } = await import(pathToFileURL(require.resolve('lighthouse')))

const [address, file] = process.argv.slice(2)
const links = readFileSync(file, 'utf8').trim().split('\n')
let next = 0
const fresh = () => new URL(links[next++]).pathname

const ROUNDS = 30
const SLOW_3G = { offline: false, latency: 400 * 5, downloadThroughput: (500 * 1000 * 0.8) / 8, uploadThroughput: (500 * 1000 * 0.8) / 8 }

// One answer as a phone gets it: bytes of the body as sent, and milliseconds to its last byte.
const ask = (path) =>
  new Promise((resolve, reject) => {
    const start = process.hrtime.bigint()
    const agent = 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36'
    get(`${address}${path}`, { headers: { 'accept-encoding': 'gzip', 'user-agent': agent } }, (answer) => {
      let bytes = 0
      answer.on('data', (part) => (bytes += part.length))
      answer.on('end', () => resolve({ bytes, ms: Number(process.hrtime.bigint() - start) / 1e6 }))
    }).on('error', reject)
  })
const middle = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]

const asked = []
for (let round = 0; round < ROUNDS; round++) asked.push(await ask(fresh()))
console.log(`A first answer: ${middle(asked.map((one) => one.bytes))} bytes on the wire (gzip); ` +
  `the server takes ${middle(asked.map((one) => one.ms)).toFixed(1)} ms, at most ${Math.max(...asked.map((one) => one.ms)).toFixed(1)}, of ${ROUNDS}.\n`)

const arguments_ = ['--headless', '--no-sandbox', '--disable-gpu']
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: arguments_ })
const seen = []
for (let round = 0; round < 5; round++) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, locale: 'zh-CN' })
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', SLOW_3G)
  const start = Date.now()
  const requests = []
  page.on('request', () => requests.push(1))
  await page.goto(`${address}${fresh()}`, { waitUntil: 'commit' })
  await page.locator('.field h1').waitFor({ state: 'visible' })
  const shown = Date.now() - start
  const paint = await page.evaluate(() => new Promise((resolve) => {
    const first = performance.getEntriesByName('first-contentful-paint')[0]
    if (first) resolve(first.startTime)
    else new PerformanceObserver((list) => resolve(list.getEntries()[0].startTime)).observe({ type: 'paint', buffered: true })
  }))
  seen.push({ shown, paint })
  await context.close()
}

// All that a phone of three dots a pixel fetches for it, and what its worker fetches afterwards for the time without a network.
const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, locale: 'zh-CN' })
const page = await context.newPage()
const fetched = { page: [], worker: [] }
const sizes = []
context.on('requestfinished', (request) => sizes.push(request.sizes().then(({ responseBodySize, responseHeadersSize }) => {
  const bytes = responseBodySize + responseHeadersSize
  fetched[request.serviceWorker() ? 'worker' : 'page'].push({ path: new URL(request.url()).pathname, bytes })
})))
await page.goto(`${address}${fresh()}`, { waitUntil: 'networkidle' })
await page.waitForTimeout(3000)
await Promise.all(sizes)
const sum = (all) => all.reduce((before, one) => before + one.bytes, 0)
console.log(`All that the page of a first answer fetches: ${sum(fetched.page)} bytes with headers in ${fetched.page.length} requests ` +
  `(${fetched.page.map((one) => `${one.path.slice(0, 12)} ${one.bytes}`).join(', ')}); ` +
  `its worker afterwards: ${sum(fetched.worker)} bytes in ${fetched.worker.length}.\n`)
await browser.close()
console.log(`Over slow 3G from navigation to the first paint, which has the verdict: ${Math.round(middle(seen.map((one) => one.paint)))} ms ` +
  `(middle of ${seen.length}; one way to the server and back takes ${SLOW_3G.latency} ms).\n`)

console.log('| page | performance | accessibility | best practices | first paint ms | bytes |\n| --- | --- | --- | --- | --- | --- |')
const port = 9300 + Math.floor(Math.random() * 500)
const debugged = await chromium.launch({ executablePath: '/usr/bin/chromium', args: [...arguments_, `--remote-debugging-port=${port}`] })
for (const [name, path] of [['first answer', fresh()], ['the same in English', `${fresh()}?lang=en`], ['home', '/'], ['directory', '/directory'], ['not ours', '/t/x']]) {
  const { lhr } = await lighthouse(`${address}${path}`, { port, output: 'json', logLevel: 'error', onlyCategories: ['performance', 'accessibility', 'best-practices'] })
  const mark = (id) => Math.round(lhr.categories[id].score * 100)
  const failed = Object.values(lhr.categories).flatMap((category) => category.auditRefs)
    .filter((ref) => ref.weight > 0 && lhr.audits[ref.id].score !== null && lhr.audits[ref.id].score < 0.9).map((ref) => ref.id)
  console.log(`| ${name} | ${mark('performance')} | ${mark('accessibility')} | ${mark('best-practices')} | ` +
    `${Math.round(lhr.audits['first-contentful-paint'].numericValue)} | ${lhr.audits['total-byte-weight'].numericValue} |${failed.length ? ` ${failed.join(', ')}` : ''}`)
}
await debugged.close()
