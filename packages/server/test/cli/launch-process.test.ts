import { findApplication } from '../../src/cli/application-folder.ts'
import { createProcessLaunch } from '../../src/cli/launch-process.ts'
import { describePeer, openLocalPeer } from '../../src/cli/peer.ts'
import { makeRuntimeFolder } from '../../src/cli/runtime-folder.ts'
import { silentLog } from '../../src/log.ts'
import { testSupervisor } from './supervisor-conformance.ts'

testSupervisor('in a process each', async ({ application: { directory, runtimeFolder: folder }, config }) => {
  makeRuntimeFolder(folder)
  const peer = await openLocalPeer({ folder, self: describePeer('master', 'master'), log: silentLog })
  const application = findApplication(directory)
  return {
    launch: createProcessLaunch({ application, config, folder, rpc: peer.rpc, attached: true }),
    close: () => peer.close(),
  }
})
