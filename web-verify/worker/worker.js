// Keeps on the phone what a check without a network needs, and sends such checks when there is a network again. No page of
// a verdict is ever kept: where there is a network, it is asked.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self))

/** Pages and what they consist of: of one version of the program. */
const SHELL = `shell-${PROGRAM.version}`
/** Keys, directory and list, whatever the version. */
const DATA = 'data'
/** Checks that wait to be sent: each under its own address. The page of a check puts them there. */
const CHECKS = 'checks'
const CHECKS_PATH = '/offline-checks/'

const KEYS = '/.well-known/jwks.json'
const DIRECTORY = '/directory.json'
const LIST = '/offline/list'
const REFRESHED = '/offline/refreshed'
/** The language that the person chose, which scripts cannot read from its cookie. */
const LANGUAGE = '/offline/language'
/** What is younger is not asked for again, in milliseconds. */
const FRESH = 6 * 3600 * 1000

/** Checks in one request at most: what `POST /api/v1/offline-checks` takes. */
const MOST_CHECKS = 32

worker.addEventListener('install', (event) => {
  event.waitUntil(fill().then(() => worker.skipWaiting()))
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(takeOver())
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return
  if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request))
  else if (request.mode === 'navigate' && isPublic(url.pathname)) event.respondWith(page(event, url))
})

worker.addEventListener('message', (event) => {
  if (event.data === 'send') event.waitUntil(send())
})

// Where the browser knows it, it says so when there is a network again, even if no page of ours is open.
worker.addEventListener('sync', (event) => {
  const { waitUntil } = /** @type {ExtendableEvent} */ (event)
  waitUntil.call(event, send())
})

async function fill() {
  const shell = await caches.open(SHELL)
  const library = (await knowsEd25519()) ? [] : [PROGRAM.library]
  const wanted = [...PROGRAM.pages, ...PROGRAM.assets, ...library]
  await shell.addAll(wanted.map((address) => new Request(address, { cache: 'no-cache' })))
  // Without them the pages say what is missing; they come with the next page that is opened.
  await refresh().catch(() => {})
}

async function takeOver() {
  const kept = [SHELL, DATA, CHECKS]
  const names = await caches.keys()
  await Promise.all(names.filter((name) => !kept.includes(name)).map((name) => caches.delete(name)))
  await worker.registration.navigationPreload?.enable()
  await worker.clients.claim()
}

async function knowsEd25519() {
  try {
    await crypto.subtle.importKey('raw', new Uint8Array(32).fill(1), { name: 'Ed25519' }, false, ['verify'])
    return true
  } catch {
    return false
  }
}

/** @param {string} path */
function isPublic(path) {
  return !['/console', '/api/', '/pack/'].some((other) => path.startsWith(other))
}

/** @param {Request} request */
async function asset(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request)
}

/**
 * The network's answer where there is a network; else what is kept.
 * @param {FetchEvent} event
 * @param {URL} url
 */
async function page(event, url) {
  if (url.searchParams.has('chosen')) event.waitUntil(rememberLanguage(url))
  try {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request))
    event.waitUntil(afterwards())
    return answer
  } catch {
    return (await keptPage(url)) ?? Response.error()
  }
}

/** @param {URL} url */
async function rememberLanguage(url) {
  const data = await caches.open(DATA)
  await data.put(LANGUAGE, new Response(url.searchParams.get('lang')))
}

/** @param {URL} url */
async function keptPage(url) {
  const chosen = await caches.match(LANGUAGE)
  const asked = [url.searchParams.get('lang'), await chosen?.text()].map((tag) => tag ?? '')
  const wanted = [...asked, ...worker.navigator.languages].map((tag) => tag.slice(0, 2))
  const language = wanted.find((tag) => tag === 'zh' || tag === 'en') ?? 'zh'
  const path = url.pathname === '/' ? '/' : '/offline'
  const shell = await caches.open(SHELL)
  return shell.match(`${path}?lang=${language}`, { ignoreVary: true })
}

/** What there is time for while a page is read. */
async function afterwards() {
  await Promise.allSettled([send(), refreshIfOld()])
}

async function refreshIfOld() {
  const data = await caches.open(DATA)
  const refreshed = await data.match(REFRESHED)
  const age = Date.now() - Number(refreshed ? await refreshed.text() : 0)
  // An age below zero is a clock that was put back.
  if (age < 0 || age > FRESH) await refresh()
}

async function refresh() {
  const data = await caches.open(DATA)
  const { connection } = /** @type {{ connection?: { saveData?: boolean } }} */ (worker.navigator)
  // Who pays by the byte is spared the list, which grows with the trade; keys and directory are small.
  const wanted = connection?.saveData ? [KEYS, DIRECTORY] : [KEYS, DIRECTORY, LIST]
  await Promise.all(
    wanted.map(async (address) => {
      const answer = await fetch(address, { cache: 'no-cache' })
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
      await data.put(address, answer)
    }),
  )
  await data.put(REFRESHED, new Response(String(Date.now())))
}

/** @type {Promise<void>} */
let sending = Promise.resolve()

/** Sends what waits, one after the other, however often it is asked to. */
function send() {
  sending = sending.then(sendAll, sendAll)
  return sending
}

async function sendAll() {
  const kept = await caches.open(CHECKS)
  const waiting = await kept.keys()
  for (let from = 0; from < waiting.length; from += MOST_CHECKS) {
    const some = waiting.slice(from, from + MOST_CHECKS)
    const answers = await Promise.all(some.map((request) => kept.match(request)))
    const checks = await Promise.all(answers.flatMap((answer) => (answer ? [answer.json()] : [])))
    const told = await fetch('/api/v1/offline-checks', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ checks }),
    })
    if (told.ok) {
      const { taken } = /** @type {{ taken: string[] }} */ (await told.json())
      await Promise.all(taken.map((id) => kept.delete(CHECKS_PATH + id)))
    } else if (told.status === 400) {
      // Not of the form that this server takes, and never will be.
      await Promise.all(some.map((request) => kept.delete(request)))
    } else {
      return // later
    }
  }
}
