// Checks that wait on the phone until there is a network. The worker sends them.

const CHECKS = 'checks'
const PATH = '/offline-checks/'
/** More than anybody makes between two networks; beyond, the oldest go. */
const MOST_KEPT = 200
/** The same code within this time, in milliseconds, is the same check. */
const SAME_CHECK = 30 * 60 * 1000

/**
 * Keeps a check; one of the same code just before is enough.
 * @param {string} code digits or base64url
 * @param {number} at milliseconds since 1970
 */
export async function keep(code, at) {
  const kept = await caches.open(CHECKS)
  const requests = await kept.keys()
  for (const request of requests) {
    const check = await (await kept.match(request))?.json()
    if (check?.code === code && Math.abs(at - check.at) < SAME_CHECK) return
  }
  await Promise.all(requests.slice(0, Math.max(0, requests.length - MOST_KEPT + 1)).map((old) => kept.delete(old)))
  const id = crypto.randomUUID()
  await kept.put(PATH + id, Response.json({ id, code, at }))
}
