import { whyNoMachines } from '../fixtures/machines.ts'
import { processesSuite } from './processes.ts'
import { chatSuite } from './suite.ts'

chatSuite('machines', whyNoMachines)
processesSuite('machines', whyNoMachines)
