import { shaddock } from './fixtures/game.ts'
import { testOptions } from './options-suite.ts'

testOptions(shaddock)
