// Which file may import which. Types count too: `import type` and `typeof import()` are imports here.

const server = '^packages/server/src/'

/**
 * The server's lines, lowest first. A folder imports from itself and from lower lines, never up, never sideways.
 * What is on none of them (app, start, cli/, testing/ …) is the top, which composes everything.
 */
const lines = [
  [
    '(errors|log|metrics|lifecycle|config|timer-wheel|deadline|turn|in-flight|own-hosts|server-info)(\\.ts$|/)',
  ],
  ['transport/', 'bus/'],
  ['cluster/'],
  ['session/'],
  ['channel/'],
  ['dispatch/'],
  ['connector/', 'system/', 'schedule/'],
].map((line) => line.map((folder) => server + folder))

const layers = lines.flatMap((line, index) =>
  line.map((folder) => ({
    name: 'server: never up, never sideways',
    from: { path: folder },
    to: { path: server, pathNot: [folder, ...lines.slice(0, index).flat()] },
  })),
)

/** Each of these packages comes in through one place. */
const gates = [
  { name: 'ws', path: 'packages/server/src/transport/websocket.ts' },
  // its types are in the sibling too
  { name: 'socket\\.io', path: 'packages/server/src/transport/socketio' },
  { name: '@nats-io/[^/]+', path: 'packages/server/src/bus/nats' },
  { name: 'zod', path: 'packages/server/src/config/' },
  { name: 'commander', path: 'packages/server/src/cli/' },
].map(({ name, path }) => ({
  name: `${name}: only in ${path}`,
  from: { path: '^packages/[^/]+/src/', pathNot: `^${path}` },
  // without a folder before it: a package that is not installed
  to: { path: `(^|node_modules/)(@types/)?${name}(/|$)` },
}))

/** A workspace's own files: not what is installed in it. */
const sources = '^(packages|examples)/(?!.*node_modules/)'

const packages = [
  {
    name: 'protocol imports nothing',
    from: { path: '^packages/protocol/src/' },
    to: { pathNot: '^packages/protocol/src/' },
  },
  {
    name: 'client imports only protocol',
    from: { path: '^packages/client/src/' },
    to: { pathNot: '^packages/(client/src/|protocol/src/index\\.ts$)' },
  },
  {
    name: 'server imports only protocol',
    from: { path: server, pathNot: `${server}testing/` },
    to: { path: sources, pathNot: '^packages/(server/src/|protocol/src/index\\.ts$)' },
  },
  {
    name: 'server: testing/ imports only protocol and client',
    from: { path: `${server}testing/` },
    to: {
      path: '^(packages|examples)/',
      pathNot: '^packages/(server/src/|(protocol|client)/src/index\\.ts$)',
    },
  },
  {
    name: 'pomelo imports only what server and protocol export',
    from: { path: '^packages/pomelo/src/' },
    to: {
      path: '^(packages|examples)/',
      pathNot: '^packages/(pomelo/src/|protocol/src/index\\.ts$|server/src/(index|embed/index)\\.ts$)',
    },
  },
  {
    name: 'another package by its name',
    from: { path: '^((?:packages|examples)/[^/]+/)' },
    to: { path: sources, pathNot: '^$1', dependencyTypes: ['local'] },
  },
  {
    name: 'server: load/ imports only protocol, not what it measures',
    from: { path: `${server}load/` },
    to: { path: sources, pathNot: `^packages/(server/src/load/|protocol/src/index\\.ts$)` },
  },
  {
    name: 'src does not import tests',
    from: { path: '/src/' },
    to: { path: '^(packages|examples)/[^/]+/test/' },
  },
]

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no cycles',
      from: {},
      // a contract is the table of contents of the modules that it types, and is erased
      to: { circular: true, viaOnly: { pathNot: '^(examples|packages/[^/]+/test)/.*/contract\\.ts$' } },
    },
    { name: 'no orphans', from: { orphan: true, path: '^packages/[^/]+/src/' }, to: {} },
    { name: 'imports resolve', from: {}, to: { couldNotResolve: true } },
    ...packages,
    ...layers,
    ...gates,
  ].map((rule) => ({ severity: 'error', ...rule })),
  options: {
    exclude: { path: ['/dist/', '^packages/[^/]+/template/', '^packages/pomelo/test/apps/'] },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
}
