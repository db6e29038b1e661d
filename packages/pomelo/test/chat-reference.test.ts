import { testChat } from './chat-suite.ts'
import { reference } from './fixtures/reference.ts'

testChat(reference)
