import { reference } from './fixtures/reference.ts'
import { testOldApplication } from './old-suite.ts'

testOldApplication(reference)
