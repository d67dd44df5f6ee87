// Run by tests/it/browser/scripts.rs from the repository's root, over the scripts of the pages and these tests.
import { lint } from './lib/packages.js'

// Names of browsers and of Node.js: tsc knows those of the pages better.
const NO_UNDEF = { 'no-undef': 'off' }

export default [
  { ignores: ['web-verify/vendor/**'] },
  lint.configs.recommended,
  {
    rules: {
      ...NO_UNDEF,
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['web-verify/**'],
    rules: {
      // Text stays text: nothing that was read or typed becomes markup.
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write'].map((property) => ({ property })),
      ],
    },
  },
  { files: ['tests/browser/**'], rules: { 'no-console': 'off' } },
]
