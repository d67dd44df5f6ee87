// The words of a section, which the page brings along in its language.

/**
 * @param {ParentNode} section
 * @param {string} name
 */
export function say(section, name) {
  const template = section.querySelector('template')
  return template?.content.querySelector(`[data-say="${name}"]`)?.textContent ?? ''
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
