// What npm installed, wherever that is: YUANMARK_TEST_BROWSER names the folder.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const folder = process.env.YUANMARK_TEST_BROWSER
if (!folder) throw new Error('YUANMARK_TEST_BROWSER is not set: run ./scripts/test, which installs the packages')
const require = createRequire(join(folder, 'package.json'))

export const { chromium } = require('playwright-core')
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
export const lint = require('@eslint/js')
