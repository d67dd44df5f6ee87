// Accessibility by axe-core: every rule of it but the experimental ones.
import { axeSource } from './packages.js'

// What is wrong with the page, in lines; none if nothing is.
export async function violations(page) {
  // By the debugger's way, so that the page's policy may go on refusing all scripts.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  return found.violations.flatMap((one) =>
    one.nodes.map((node) => `${one.id}: ${one.help}: ${node.target.join(' ')}\n    ${node.failureSummary.replaceAll('\n', '\n    ')}`)
  )
}
