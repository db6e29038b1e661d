import { chatSuite } from './suite.ts'

chatSuite('single')
