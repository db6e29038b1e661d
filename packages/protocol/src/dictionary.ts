/** The codes of two bytes that stand for routes in messages. Iterates over every code, as `[route, code]`. */
export class RouteDictionary implements Iterable<[string, number]> {
  /** What a client and a server compare to know whether they hold the same one; empty when nobody set it. */
  readonly version: string
  /** For JSON, as the handshake carries it. Not for look-ups. */
  readonly routeToCode: Readonly<Record<string, number>>
  readonly codeToRoute: Readonly<Record<string, string>>
  readonly #codes = new Map<string, number>()
  readonly #routes = new Map<number, string>()

  /**
   * Takes routes and their codes. Where a route has several codes the last one is written, and all are read.
   * @throws {RangeError} A code is no integer from 0 to 65535, or stands for two routes.
   */
  constructor(codes: Readonly<Record<string, number>> | Iterable<[string, number]>, version = '') {
    this.version = version
    const entries = Symbol.iterator in codes ? codes : Object.entries(codes)
    for (const [route, code] of entries) this.#add(route, code)
    this.routeToCode = Object.fromEntries(this.#codes)
    this.codeToRoute = Object.fromEntries(this.#routes)
  }

  codeOf(route: string): number | undefined {
    return this.#codes.get(route)
  }

  routeOf(code: number): string | undefined {
    return this.#routes.get(code)
  }

  *[Symbol.iterator](): Generator<[string, number]> {
    for (const [code, route] of this.#routes) yield [route, code]
  }

  toJSON(): Readonly<Record<string, number>> {
    return this.routeToCode
  }

  #add(route: string, code: number): void {
    if (!Number.isInteger(code) || code < 0 || code > maxCode) {
      throw new RangeError(`code ${code} of route ${route} is no integer from 0 to ${maxCode}`)
    }
    const other = this.#routes.get(code)
    if (other !== undefined && other !== route) {
      throw new RangeError(`code ${code} stands for ${other} and ${route}`)
    }
    this.#codes.set(route, code)
    this.#routes.set(code, route)
  }
}

/**
 * Returns the dictionary of a server: the sorted routes of the handlers, then `extra` as it stands, with codes from 1.
 * It has no version yet: `new RouteDictionary(dictionary, version)` gives it one.
 * @throws {RangeError} More than 65535 routes.
 */
export function buildDictionary(handlerRoutes: Iterable<string>, extra: readonly string[]): RouteDictionary {
  const routes = [...[...handlerRoutes].sort(), ...extra]
  return new RouteDictionary(routes.map((route, index): [string, number] => [route, index + 1]))
}

/** Returns the text whose MD5, in base64, is the version of a dictionary in Pomelo. */
export function dictionaryText(dictionary: RouteDictionary): string {
  return JSON.stringify(dictionary)
}

const maxCode = 0xffff
