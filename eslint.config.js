import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const style = {
  eqeqeq: 'error',
  'no-else-return': ['error', { allowElseIf: false }],
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'no-restricted-syntax': [
    'error',
    {
      selector: ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"])[accessibility]',
      message: 'Write #private.',
    },
    { selector: 'Decorator', message: 'Call a function: a decorator is not erasable.' },
    {
      selector: '[superClass]:not([superClass.name=/Error$/])',
      message: 'Compose: only errors are extended.',
    },
  ],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
}

const typed = {
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/no-import-type-side-effects': 'error',
  // a contract is made of `typeof import()`
  '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
  // `test` returns a promise for those who nest tests
  '@typescript-eslint/no-floating-promises': [
    'error',
    {
      allowForKnownSafeCalls: [
        { from: 'package', package: 'node:test', name: ['test', 'suite', 'describe', 'it'] },
      ],
    },
  ],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  '@typescript-eslint/no-unnecessary-condition': [
    'error',
    { allowConstantLoopConditions: 'only-allowed-literals' },
  ],
  // what one promise was rejected with, another may pass on
  '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
  // by code point is what is meant
  '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
  // what an async method throws rejects, whether or not it waits: interfaces of promises, handlers and remotes need that
  '@typescript-eslint/require-await': 'off',
  // what comes over the wire claims its type, and does not prove it
  '@typescript-eslint/no-unnecessary-type-conversion': 'off',
  // parts are objects of functions; what needs `this` is a class, whose #private names fail at once without it
  '@typescript-eslint/unbound-method': 'off',
  // `() => void count++` returns nothing
  '@typescript-eslint/no-meaningless-void-operator': 'off',
  // an early return may end in a call
  '@typescript-eslint/no-confusing-void-expression': 'off',
  // an index that the lines before have checked, which noUncheckedIndexedAccess cannot see
  '@typescript-eslint/no-non-null-assertion': 'off',
  // `void` in a conditional type
  '@typescript-eslint/no-invalid-void-type': 'off',
}

const size = {
  'max-params': ['error', 4],
  'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
}

/** A library neither prints nor owns its process: that is the command line's. */
const library = {
  'no-console': 'error',
  'no-restricted-properties': [
    'error',
    ...['exit', 'on', 'once'].map((property) => ({ object: 'process', property })),
  ],
}

const testSize = {
  'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': 'off',
}

/** Tests read what JSON.parse and mistaken callers give. */
const testTypes = {
  '@typescript-eslint/no-deprecated': [
    'error',
    { allow: [{ from: 'package', package: 'node:assert', name: 'fail' }] },
  ],
  '@typescript-eslint/no-unnecessary-condition': 'off',
  '@typescript-eslint/no-unnecessary-type-parameters': 'off',
  '@typescript-eslint/no-unsafe-argument': 'off',
  '@typescript-eslint/no-unsafe-assignment': 'off',
  '@typescript-eslint/no-unsafe-member-access': 'off',
  '@typescript-eslint/no-unsafe-return': 'off',
}

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/logs/',
    'packages/server/template/',
    'bench/peers/',
    'packages/pomelo/test/apps/',
    'packages/pomelo/template/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.{js,mjs,cjs}'], extends: [tseslint.configs.strict], rules: { ...style, ...size } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { ...style, ...typed, ...size },
  },
  // what runs on Pomelo is written as its applications are
  { files: ['**/fixtures/pomelo-app/**'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['packages/*/src/**'],
    ignores: ['packages/server/src/cli/**', 'packages/pomelo/src/{cli,process}/**'],
    rules: library,
  },
  {
    // signatures are Pomelo's, and what its applications pass is a text where a text belongs
    files: ['packages/pomelo/**'],
    rules: { 'max-params': ['error', 6], '@typescript-eslint/no-base-to-string': 'off' },
  },
  { files: ['**/test/**'], rules: testSize },
  { files: ['**/test/**/*.ts'], rules: testTypes },
  {
    // checked by the compiler, run by nobody
    files: ['**/test/types.ts', '**/test/types/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-vars': 'off',
      '@typescript-eslint/consistent-type-imports': 'off',
    },
  },
)
