// The vectors of the mark code through the page's own modules, in the browser: with its WebCrypto and with the library.
import assert from 'node:assert/strict'

import { story } from '../lib/story.js'
import { readVectors } from '../lib/vectors.js'

await story('vectors', async ({ vectors, open }) => {
  const page = await open()
  const worker = await (await page.request.get('/worker.js')).text()
  const address = (name) => worker.match(`/assets/${name}-[0-9a-f]{12}\\.js`)[0]
  await page.goto('/')
  for (const means of ['browser', 'library']) {
    const wrong = await page.evaluate(`(async () => {
      const modules = { code: await import('${address('code')}'), ed25519: await import('${address('ed25519')}') }
      return (${readVectors})(${JSON.stringify(vectors)}, modules, '${means}')
    })()`)
    assert.deepEqual(wrong, [], means)
  }
})
