// Draws the labels of a ZPL file as pictures 0.png, 1.png, …
//
//   node rasterise.mjs RENDERER FILE.zpl DPI FOLDER
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [renderer, file, dpi, folder] = process.argv.slice(2)
const { ready } = await import(pathToFileURL(renderer).href)
const { api } = await ready
// Printers are named after dots per inch, and have whole dots per millimetre.
const dots = { 203: 8, 300: 12, 600: 24 }[dpi]
const labels = readFileSync(file, 'latin1').split('\n').filter(Boolean)
for (const [place, label] of labels.entries()) {
  const [, width, height] = label.match(/\^PW(\d+)\^LL(\d+)/)
  const picture = await api.zplToBase64Async(label, width / dots, height / dots, dots)
  writeFileSync(`${folder}/${place}.png`, Buffer.from(picture, 'base64'))
}
process.exit(0) // the renderer's runtime would go on for ever
