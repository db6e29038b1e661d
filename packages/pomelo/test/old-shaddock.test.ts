import { shaddock } from './fixtures/game.ts'
import { testOldApplication } from './old-suite.ts'

testOldApplication(shaddock)
