// Accessibility by axe-core: every rule of it but the experimental ones.
import { axeSource } from './packages.js'

// What the colours decide, and nothing else does.
export const OF_COLOUR = ['color-contrast', 'link-in-text-block']

// What is wrong with the page, in lines; none if nothing is. With `rules` only those are asked.
export async function violations(page, rules) {
  // By the debugger's way, so that the page's policy may go on refusing all scripts.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) }
  const found = await page.evaluate((options) => window.axe.run(document, options), options)
  return found.violations.flatMap((one) =>
    one.nodes.map((node) => `${one.id}: ${one.help}: ${node.target.join(' ')}\n    ${node.failureSummary.replaceAll('\n', '\n    ')}`)
  )
}
