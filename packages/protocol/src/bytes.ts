interface NodeBuffer {
  allocUnsafe(length: number): Uint8Array
  from(text: string): Uint8Array
}

/** Node cuts small bytes out of a larger piece, which costs a quarter of an allocation of their own. */
const node = (globalThis as { Buffer?: NodeBuffer }).Buffer
const encoder = new TextEncoder()

/** Returns bytes of any content, to be overwritten. They may be part of a larger buffer. */
export function allocate(length: number): Uint8Array {
  return node ? plain(node.allocUnsafe(length)) : new Uint8Array(length)
}

/** Returns `text` in UTF-8. A lone surrogate, which UTF-8 cannot carry, becomes U+FFFD. */
export function encodeText(text: string): Uint8Array {
  return node ? plain(node.from(text)) : encoder.encode(text)
}

/** Not a Buffer, whose `slice` does not copy: the same type everywhere. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}
