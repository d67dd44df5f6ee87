// The words of a section, which the page brings along in its language.

/**
 * @param {ParentNode} section
 * @param {string} name
 * @param {Record<string, string>} [values]
 */
export function say(section, name, values = {}) {
  const template = section.querySelector('template')
  const words = template?.content.querySelector(`[data-say="${name}"]`)?.textContent ?? ''
  return words.replaceAll(/\{(\w+)\}/g, (whole, value) => values[value] ?? whole)
}

/**
 * An element with words.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} className
 * @param {string} [words]
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, className, words = '') {
  const element = document.createElement(name)
  element.className = className
  element.textContent = words
  return element
}
