import { processesSuite } from './processes.ts'
import { chatSuite } from './suite.ts'

chatSuite('nats')
processesSuite('nats')
