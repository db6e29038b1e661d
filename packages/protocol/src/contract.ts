/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** What an application's servers promise clients and one another: types only, in the shape of the directory. */
export interface Contract {
  /** `<server type> → { handler?: { <module>: typeof import(…) }, remote?: { … } }`. */
  servers: object
  /** Push route → its message. */
  pushes: object
  /** Session key → its value. */
  session: object
}

// `any`, not `unknown`: comparing with `any` leaves a method's return type unresolved, so modules that
// call one another through `rpc` still infer
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Method = (...args: never[]) => any

/** The object that a module serves: an instance of its class, the product of its factory, or the module itself. */
export type Served<Module> = Module extends { default: new (...args: never[]) => infer Instance }
  ? Instance
  : Module extends { default: (...args: never[]) => infer Product }
    ? Product
    : Module

/** The names of the methods of `T`. */
export type MethodName<T> = { [K in keyof T]: T[K] extends Method ? K : never }[keyof T] & string

/** What a method takes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Arguments<F> = F extends (...args: infer A) => any ? A : never

/** What a method's promise resolves with. */
export type Result<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never

/** `T` after a trip through JSON: dates are strings, methods are gone. */
export type Wire<T> = 0 extends T & 1
  ? T
  : T extends string | number | boolean | null | undefined | void
    ? T
    : T extends { toJSON(): infer J }
      ? Wire<J>
      : T extends Method
        ? never
        : T extends readonly unknown[]
          ? { [I in keyof T]: Wire<T[I]> }
          : T extends object
            ? { [K in keyof T as T[K] extends Method | symbol ? never : K]: Wire<T[K]> }
            : T

type HandlersOf<Server> = Server extends { handler: infer Modules } ? Modules : never
type RemotesOf<Server> = Server extends { remote: infer Modules } ? Modules : never

/** Every route that a client may call: `<server type>.<module>.<method>`. */
export type Route<C extends Contract> = RouteIn<C['servers']>
type RouteIn<S> = {
  [Type in keyof S & string]: {
    [
      Name in keyof HandlersOf<S[Type]> & string
    ]: `${Type}.${Name}.${MethodName<Served<HandlersOf<S[Type]>[Name]>>}`
  }[keyof HandlersOf<S[Type]> & string]
}[keyof S & string]

/** The handler method at route `R`. */
export type HandlerAt<C extends Contract, R extends string> = MethodIn<C['servers'], R>
type MethodIn<
  S,
  R extends string,
> = R extends `${infer Type extends keyof S & string}.${infer Name}.${infer Called}`
  ? Name extends keyof HandlersOf<S[Type]>
    ? Called extends keyof Served<HandlersOf<S[Type]>[Name]>
      ? Served<HandlersOf<S[Type]>[Name]>[Called]
      : never
    : never
  : never

/** The message that a handler method takes, as the rest arguments of `request`: optional when it may be undefined. */
export type MessageArgument<F> =
  undefined extends FirstArgument<F> ? [message?: FirstArgument<F>] : [message: FirstArgument<F>]
type FirstArgument<F> = Arguments<F>[0]

/** The names of an application's pushes. */
export type PushRoute<C extends Contract> = keyof C['pushes'] & string

/** `rpc.<type>.<module>.<method>`; `Key` is what the router chooses a server by. */
export type Rpc<C extends Contract, Key> = {
  readonly [Type in keyof C['servers']]: {
    readonly [Name in keyof RemotesOf<C['servers'][Type]>]: RemoteObject<
      Served<RemotesOf<C['servers'][Type]>[Name]>,
      Key
    >
  }
}
type RemoteObject<T, Key> = {
  readonly [K in MethodName<T>]: RemoteMethod<Arguments<T[K]>, Wire<Result<T[K]>>, Key>
}

/** A method of another server. Its promise settles within the call's deadline, with the result or a `ServerError`. */
export interface RemoteMethod<A extends unknown[], R, Key> {
  /** Calls it on the server that the router picks for `key`. */
  (key: Key, ...args: A): Promise<R>
  /** Calls it on that server. */
  to(serverId: string, ...args: A): Promise<R>
  /** Calls it on every server of the type; rejects with the first failure. */
  all(...args: A): Promise<R[]>
}
