import { createLaunchHere } from '../../src/cli/launch-here.ts'
import { findApplication } from '../../src/cli/application-folder.ts'
import { testSupervisor } from './supervisor-conformance.ts'

testSupervisor('in one process', async ({ application, config }) => ({
  launch: createLaunchHere({ application: findApplication(application.directory), config }),
  close: async () => undefined,
}))
