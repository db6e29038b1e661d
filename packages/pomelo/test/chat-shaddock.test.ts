import { testChat } from './chat-suite.ts'
import { shaddock } from './fixtures/game.ts'

testChat(shaddock)
