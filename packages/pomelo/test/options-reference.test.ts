import { reference } from './fixtures/reference.ts'
import { testOptions } from './options-suite.ts'

testOptions(reference)
