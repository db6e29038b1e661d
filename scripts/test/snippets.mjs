import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../packages.mjs'

/** Where the guide's application would be. What stands there are snippets. */
const guideApplication = join(root, 'docs/guide/application')
/** That of README.md is the example. */
const example = join(root, 'examples/chat')

/** What pages speak of and do not show: each snippet may use it. */
const preamble = `
type App = import('${guideApplication}/game-server/app/contract.ts').App
type Chat = import('${guideApplication}/game-server/app/contract.ts').Chat
type ChatSession = import('${guideApplication}/game-server/app/contract.ts').ChatSession
declare const app: App
declare const session: ChatSession
declare const uid: string
declare const frontendId: string
declare const checkToken: (user: unknown) => Promise<void>
declare const topics: Map<string, string>
declare const serverOf: (room: string) => Promise<string>
declare const launch: import('shaddock/embed').Launch
declare const reports: import('shaddock/embed').Reports
declare const config: import('shaddock/embed').Config
declare const show: (state: string) => void
declare const frame: Uint8Array
declare const socket: { send(data: Uint8Array): void }
`

/**
 * Compiles the TypeScript of pages against the packages' sources. Returns what is wrong, `<page>:<line>: <why>` each.
 * `pages` are texts of Markdown by their paths in the repository.
 */
export function checkSnippets(pages) {
  const snippets = new Map(
    Object.entries(pages).flatMap(([page, text]) =>
      findSnippets(page, text).map((snippet) => [placeOf(snippet), snippet]),
    ),
  )
  const preambleFile = join(guideApplication, 'preamble.d.ts')
  const program = createProgram(
    new Map([[preambleFile, preamble], ...[...snippets].map(([path, { code }]) => [path, code])]),
  )
  return [...snippets].flatMap(([path, { page, line }]) => {
    const file = program.getSourceFile(path)
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    return found.map(({ start, messageText }) => {
      const inSnippet = file.getLineAndCharacterOfPosition(start).line
      return `${page}:${line + inSnippet}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  })
}

function findSnippets(page, text) {
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length + 1,
    // without imports and exports it would be no module, and share its names with all others
    code: `${match[1]}export {}`,
  }))
}

/** A snippet that begins with its path is that file. The imports of others say how deep in the application they are. */
function placeOf({ page, line, code }) {
  const application = page.startsWith('docs/guide/') ? guideApplication : example
  const path = /^\/\/ (?:game-server\/)?(\S+\.ts)\n/.exec(code)?.[1]
  if (path !== undefined) return join(application, 'game-server', path)
  const folder = code.includes("'../../../contract.ts'") ? 'game-server/app/servers/chat/handler' : 'test'
  return join(application, folder, `${page.replaceAll('/', '-')}-${String(line)}.ts`)
}

/** Returns a program of files that are not on the disk, beside those that are. */
function createProgram(files) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root)
  const host = ts.createCompilerHost(options)
  const { fileExists, getSourceFile, readFile, directoryExists } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.directoryExists = (path) => path.startsWith(guideApplication) || directoryExists(path)
  host.getSourceFile = (path, languageVersion) =>
    files.has(path)
      ? ts.createSourceFile(path, files.get(path), languageVersion, true)
      : getSourceFile(path, languageVersion)
  return ts.createProgram([...files.keys()], options, host)
}
