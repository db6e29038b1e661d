import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { Command } from '../fixtures/command.ts'
import { Game } from '../fixtures/game.ts'

const script = join(
  dirname(createRequire(import.meta.url).resolve('pomelo-cli/package.json')),
  'bin/pomelo-cli',
)

let game: Game

before(async () => {
  game = await Game.start('old')
})

after(() => game[Symbol.asyncDispose]())

/** Somebody who sits at pomelo-cli. */
class Operator implements AsyncDisposable {
  readonly #command: Command

  private constructor(command: Command) {
    this.#command = command
  }

  static async logIn(username: string): Promise<Operator> {
    const login = ['-P', String(game.masterPort), '-u', username, '-p', username, '-h', '127.0.0.1']
    const command = new Command(script, login, game.directory)
    await command.printed(new RegExp(`Welcome[^]*${username}@pomelo : all>`))
    return new Operator(command)
  }

  /** Types a line, and waits for what it expects, and then for the prompt. */
  async say(line: string, expected: RegExp, prompt = /@pomelo : \S+>/): Promise<void> {
    this.#command.type(line)
    await this.#command.printed(expected)
    await this.#command.printed(prompt)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#command[Symbol.asyncDispose]()
  }
}

test('pomelo-cli shows the servers and who is connected', async () => {
  const client = await game.connect('connector-server-1')
  await client.request('connector.entryHandler.enter', { uid: 'ada', room: 'first' })
  await using operator = await Operator.logIn('monitor')

  await operator.say('show servers', /area-server-1 .*[^]*connector-server-2 .*[^]*master-server-1 /)
  await operator.say('show connections', /connector-server-1 +1 +1/)
  await operator.say('show modules', /probe/)
  await operator.say('use connector-server-1', /switch/)
  await operator.say('show logins', /ada +127\.0\.0\.1/)
  await operator.say('show status', /connector-server-1 +connector +\d+/)
  await operator.say('show settings', /region/)
  await operator.say('show config connector', /heartbeat/)
  await operator.say('get serverType', /connector/)
})

test('pomelo-cli changes the servers for users of level 1 alone', async () => {
  await using admin = await Operator.logIn('admin')
  await using monitor = await Operator.logIn('monitor')
  const isOn = async (operator: Operator, expected: RegExp) => operator.say('get spying', expected)

  await admin.say('use area-server-1', /switch/)
  await monitor.say('use area-server-1', /switch/)
  await monitor.say('enable app spying', /denied/)
  await isOn(monitor, /null/)
  await admin.say('enable app spying', /ok/)
  await isOn(monitor, /true/)
  await admin.say('disable app spying', /ok/)
  await isOn(monitor, /false/)
  await admin.say('set spying 007', /ok/)
  await isOn(monitor, /007/)
  await admin.say('run app.serverId', /area-server-1/)
  await monitor.say('run app.serverId', /denied/)
})

test('pomelo-cli stops and adds servers', async () => {
  await using admin = await Operator.logIn('admin')
  const from = game.output.length

  await admin.say('stop area-server-2', /really/, /\[yes\/no\]/)
  await admin.say('yes', /@pomelo/)
  await game.printed(/area-server-2 counter stops/, from)
  await admin.say('add host=127.0.0.1 port=1 serverType=area id=area-server-3', /really/, /\[yes\/no\]/)
  await admin.say('yes', /@pomelo/)
  await game.printed(/area-server-3 is ready/, from)
  await admin.say('show servers', /area-server-1 .*[^]*area-server-3 /)
})
