/** For measuring what is left when nobody holds it: started with `--expose-gc`. */
export class Garbage {
  async collect(): Promise<void> {
    globalThis.gc?.()
  }
}
