/** What a process of an application is told on its command line: `node app.js env=production id=chat-1 …`. */
export type StartArguments = Readonly<Record<string, string | number>> & { readonly main: string }

/**
 * Returns the `key=value` arguments after the main file. A value that is numeric and has no dot is a number, as is an
 * empty one: 0.
 */
export function parseArguments(argv: readonly string[]): StartArguments {
  let mainAt = 1
  // options of Node may stand before the main file
  while ((argv[mainAt] ?? '').startsWith('--')) mainAt++
  const pairs = argv.slice(mainAt + 1).flatMap((argument): [string, string | number][] => {
    const at = argument.indexOf('=')
    return at < 1 ? [] : [[argument.slice(0, at), toValue(argument.slice(at + 1))]]
  })
  return { ...Object.fromEntries(pairs), main: argv[mainAt] ?? '' }
}

function toValue(text: string): string | number {
  const number = Number(text)
  return Number.isNaN(number) || text.includes('.') ? text : number
}
