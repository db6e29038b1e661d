// The small build of zod loads some 10 ms faster than the large one, in every server process.
import * as z from 'zod/mini'
import { parseNatsAddress } from './nats-address.ts'
import { nearest } from './nearest.ts'

/** Checks a value read from a config file. The message of an issue completes "expected …". */
export type Schema<T> = z.ZodMiniType<T>
/** What `check` makes of a value. */
export type Output<S> = z.output<S>

/** What `docs/guide/config.md` says of a setting. */
export interface Documentation {
  /** What is expected of a value, in the words of the error. */
  readonly type: string
  readonly byDefault: string
  readonly meaning: string
}

export const documentation = new WeakMap<z.core.$ZodType, Documentation>()
const typeNames = new WeakMap<z.core.$ZodType, string>()

/** An object of settings, all of them known. */
export function settings<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? nearest(issue.keys[0] ?? '', Object.keys(shape)) : 'an object',
  })
}

export function setting<T extends z.ZodMiniType>(
  type: T,
  byDefault: z.core.util.NoUndefined<z.output<T>>,
  meaning: string,
) {
  return documented(z._default(type, byDefault), type, {
    byDefault: `\`${JSON.stringify(byDefault)}\``,
    meaning,
  })
}

export function optional<T extends z.ZodMiniType>(type: T, byDefault: string, meaning: string) {
  return documented(z.exactOptional(type), type, { byDefault, meaning })
}

export function required<T extends z.ZodMiniType>(type: T, meaning: string) {
  return documented(type, type, { byDefault: 'required', meaning })
}

/** What Pomelo's files hold and nothing here needs. */
export function ignored() {
  return z.exactOptional(z.unknown())
}

export function integer(least: number, most: number, noun = 'an integer') {
  return typed(`${noun} from ${least} to ${most}`, (error) =>
    z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error })),
  )
}

export function boolean() {
  return typed('true or false', (error) => z.boolean({ error }))
}

export function oneOf<const Names extends readonly string[]>(names: Names) {
  return typed(`one of ${names.map((name) => `"${name}"`).join(', ')}`, (error) => z.enum(names, { error }))
}

export function string(type: string) {
  return text(/^.{1,1000}$/s, type)
}

/** Relative to the application's folder. */
export function path() {
  return string('a path')
}

export function natsAddress() {
  return typed('an address such as nats://host:4222', (error) =>
    z.string({ error }).check(z.refine((address) => parseNatsAddress(address) !== undefined, { error })),
  )
}

export function text(pattern: RegExp, type: string) {
  return typed(type, (error) => z.string({ error }).check(z.regex(pattern, { error })))
}

/** A schema whose every issue, and whose documentation, says the same. */
export function typed<S extends z.ZodMiniType>(type: string, create: (error: string) => S): S {
  const schema = create(type)
  typeNames.set(schema, type)
  return schema
}

function documented<S extends z.ZodMiniType>(
  schema: S,
  type: z.ZodMiniType,
  words: Omit<Documentation, 'type'>,
): S {
  documentation.set(schema, { ...words, type: typeNames.get(type) ?? '' })
  return schema
}
