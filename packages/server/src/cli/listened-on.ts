import { connect } from 'node:net'

/** Whether a process listens on the socket at `path`. It is not told; one that stands still counts. */
export function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(!nobody.includes(error.code ?? '')))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

/** The last of them says that it is another kind of file. */
const nobody = ['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']
