import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Bus, BusMessage } from '../../src/bus/bus.ts'
import { ask, bytes, echo, ignore, longMs, Notebook, text } from './messages.ts'

/** Somewhere for buses to meet. Disposed of, it closes those that are open. */
export interface BusNetwork extends AsyncDisposable {
  createBus(options: NetworkBusOptions): Bus
}

export interface NetworkBusOptions {
  readonly onError: (error: unknown, source: string) => void
  readonly maxPendingRequests?: number
  /** How often it says that it is there, if it does. */
  readonly signMs?: number
}

/** Tests what every bus promises. */
export function busConformance(name: string, createNetwork: () => Promise<BusNetwork>): void {
  const start = (count: number, options?: Partial<NetworkBusOptions>) =>
    startBuses(createNetwork, count, options)

  void suite(`${name} bus`, () => {
    test('what one bus says to another arrives in the order in which it was said, whatever the subject', async () => {
      await using cluster = await start(2)
      const [speaker, listener] = cluster.pair
      const notebook = new Notebook()
      for (const subject of ['a', 'b', 'c']) {
        listener.subscribe(subject, (message) => {
          notebook.hear(message)
          message.reply(message.data)
        })
      }
      await cluster.settled()

      const expected: string[] = []
      const replies: Promise<string>[] = []
      for (let i = 0; i < 300; i++) {
        expected.push(`publish ${i}`, `request ${i}`)
        speaker.publish(['a', 'b', 'c'][i % 3]!, bytes(`publish ${i}`))
        replies.push(ask(speaker, ['b', 'c', 'a'][i % 3]!, `request ${i}`))
      }
      await Promise.all(replies)

      assert.deepEqual(notebook.lines, expected)
    })

    test('what was published before a reply is heard before the reply', async () => {
      await using cluster = await start(2)
      const [asker, answerer] = cluster.pair
      const notebook = new Notebook()
      asker.subscribe('news', notebook.hear)
      answerer.subscribe('question', (message) => {
        answerer.publish('news', bytes('news'))
        message.reply(bytes('reply'))
      })
      await cluster.settled()

      notebook.write(await ask(asker, 'question'))

      assert.deepEqual(notebook.lines, ['news', 'reply'])
    })

    test('a published message reaches every subscriber once, those of its own bus too', async () => {
      await using cluster = await start(3)
      const notebook = new Notebook()
      cluster.buses.forEach((bus, i) =>
        bus.subscribe('all', (message) => notebook.write(`${i} ${text(message.data)}`)),
      )
      cluster.buses[0]!.subscribe('all', (message) => notebook.write(`0 again ${text(message.data)}`))
      await cluster.settled()

      cluster.buses[0]!.publish('all', bytes('one'))
      await notebook.until(4)
      await cluster.settled()

      assert.deepEqual([...notebook.lines].sort(), ['0 again one', '0 one', '1 one', '2 one'])
    })

    test('messages go both ways', async () => {
      await using cluster = await start(2)
      const [a, b] = cluster.pair
      a.subscribe('a', echo)
      b.subscribe('b', echo)
      await cluster.settled()

      assert.deepEqual(await Promise.all([ask(a, 'b', 'to b'), ask(b, 'a', 'to a')]), ['to b', 'to a'])
    })

    test('a bus answers itself', async () => {
      await using cluster = await start(1)
      cluster.buses[0]!.subscribe('self', echo)

      assert.equal(await ask(cluster.buses[0]!, 'self', 'hello'), 'hello')
    })

    test('nothing is delivered inside publish or request', async () => {
      await using cluster = await start(1)
      const bus = cluster.buses[0]!
      const notebook = new Notebook()
      bus.subscribe('self', (message) => {
        notebook.hear(message)
        message.reply(message.data)
      })

      bus.publish('self', bytes('published'))
      const reply = ask(bus, 'self', 'asked')
      notebook.write('said')
      await reply

      assert.deepEqual(notebook.lines, ['said', 'published', 'asked'])
    })

    test('who has unsubscribed hears no more, the others do', async () => {
      await using cluster = await start(2)
      const [speaker, listener] = cluster.pair
      const leaver = new Notebook()
      const stayer = new Notebook()
      const unsubscribe = listener.subscribe('news', leaver.hear)
      listener.subscribe('news', stayer.hear)
      await cluster.settled()
      speaker.publish('news', bytes('first'))
      await stayer.until(1)

      unsubscribe()
      unsubscribe()
      speaker.publish('news', bytes('second'))
      await stayer.until(2)

      assert.deepEqual(leaver.lines, ['first'])
      assert.deepEqual(stayer.lines, ['first', 'second'])
    })

    test('a subscriber that another one ended is not called, not even with the message that did it', async () => {
      await using cluster = await start(1)
      const bus = cluster.buses[0]!
      const ended = new Notebook()
      bus.subscribe('news', () => unsubscribe())
      const unsubscribe = bus.subscribe('news', ended.hear)
      bus.subscribe('end', echo)

      bus.publish('news', bytes('news'))
      await ask(bus, 'end')

      assert.deepEqual(ended.lines, [])
    })

    test('a subject that was given up and taken again is heard', async () => {
      await using cluster = await start(2)
      const [speaker, listener] = cluster.pair
      const notebook = new Notebook()
      const unsubscribe = listener.subscribe('news', ignore)
      unsubscribe()
      listener.subscribe('other', notebook.hear)
      listener.subscribe('news', notebook.hear)
      unsubscribe()
      await cluster.settled()

      speaker.publish('news', bytes('news'))

      assert.deepEqual(await notebook.until(1), ['news'])
    })

    test('a request is asked of one subscriber', async () => {
      await using cluster = await start(4)
      const notebook = new Notebook()
      for (const bus of cluster.buses.slice(1)) {
        bus.subscribe('one', (message) => {
          notebook.hear(message)
          message.reply(message.data)
        })
      }
      await cluster.settled()

      for (let i = 0; i < 10; i++) await ask(cluster.buses[0]!, 'one', `${i}`)
      await cluster.settled()

      assert.deepEqual(notebook.lines, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    })

    test('each of many requests gets its own reply, in whatever order they are answered', async () => {
      await using cluster = await start(3)
      const [answerer, ...askers] = cluster.buses
      const waiting: BusMessage[] = []
      answerer!.subscribe('question', (message) => {
        waiting.push(message)
        if (waiting.length === 1_000) for (const last of waiting.reverse()) last.reply(last.data)
      })
      await cluster.settled()

      const questions = Array.from({ length: 1_000 }, (_, i) => `question ${i}`)
      const answers = await Promise.all(
        questions.map((question, i) => ask(askers[i % 2]!, 'question', question)),
      )

      assert.deepEqual(answers, questions)
    })

    test('a message may be empty, and a mebibyte long', async () => {
      await using cluster = await start(2)
      const [asker, answerer] = cluster.pair
      const long = Buffer.alloc(1024 * 1024, 'shaddock')
      answerer.subscribe('echo', echo)
      await cluster.settled()

      const replies = await Promise.all([
        asker.request('echo', new Uint8Array(0), longMs),
        asker.request('echo', long, longMs),
      ])

      assert.equal(replies[0].length, 0)
      assert.ok(long.equals(replies[1]))
    })

    test('a request that is not answered fails with TIMEOUT', async () => {
      await using cluster = await start(2)
      const [asker, silent] = cluster.pair
      silent.subscribe('silent', ignore)
      await cluster.settled()

      await assert.rejects(ask(asker, 'silent', '', 1), { name: 'ServerError', code: 'TIMEOUT' })
    })

    test('a late reply is dropped after its request timed out', async () => {
      await using cluster = await start(2, { maxPendingRequests: 1 })
      const [asker, answerer] = cluster.pair
      const late = Promise.withResolvers<BusMessage>()
      answerer.subscribe('late', (message) => late.resolve(message))
      answerer.subscribe('echo', echo)
      await cluster.settled()
      await assert.rejects(ask(asker, 'late', '', 1), { code: 'TIMEOUT' })

      const message = await late.promise
      message.reply(bytes('late'))

      assert.equal(await ask(asker, 'echo', 'next'), 'next')
      assert.deepEqual(cluster.errors, [])
    })

    test('a second reply and the reply to a published message do nothing', async () => {
      await using cluster = await start(2)
      const [asker, answerer] = cluster.pair
      answerer.subscribe('twice', (message) => {
        message.reply(bytes('first'))
        message.reply(bytes('second'))
      })
      await cluster.settled()

      asker.publish('twice', bytes('no question'))

      assert.deepEqual([await ask(asker, 'twice'), await ask(asker, 'twice')], ['first', 'first'])
      assert.deepEqual(cluster.errors, [])
    })

    test('a request fails with NO_SERVER at once when nobody subscribes', async () => {
      await using cluster = await start(2)

      await assert.rejects(ask(cluster.pair[0], 'nobody'), { name: 'ServerError', code: 'NO_SERVER' })
    })

    test('a request fails with NO_SERVER at once when everybody has unsubscribed', async () => {
      await using cluster = await start(2)
      const [asker, answerer] = cluster.pair
      const unsubscribe = answerer.subscribe('echo', echo)
      await cluster.settled()
      await ask(asker, 'echo')

      unsubscribe()
      // whether the asker knows already or not
      await assert.rejects(ask(asker, 'echo'), { code: 'NO_SERVER' })
      await cluster.settled()
      await assert.rejects(ask(asker, 'echo'), { code: 'NO_SERVER' })
    })

    test('no request is asked of who has unsubscribed while somebody else subscribes', async () => {
      await using cluster = await start(3)
      const [asker, leaver, stayer] = cluster.buses as [Bus, Bus, Bus]
      const unsubscribe = leaver.subscribe('echo', echo)
      stayer.subscribe('echo', echo)
      await cluster.settled()

      unsubscribe()
      await cluster.settled()

      for (let i = 0; i < 4; i++) assert.equal(await ask(asker, 'echo', `${i}`), `${i}`)
    })

    test('who subscribes after others have opened is heard of', async () => {
      await using cluster = await start(2)
      const [speaker, listener] = cluster.pair
      await assert.rejects(ask(speaker, 'late'), { code: 'NO_SERVER' })

      listener.subscribe('late', echo)
      await cluster.settled()

      assert.equal(await ask(speaker, 'late', 'hello'), 'hello')
    })

    test('who hears a message knows what its sender had subscribed to before', async () => {
      await using cluster = await start(2)
      const [newcomer, resident] = cluster.pair
      const answered = Promise.withResolvers<string>()
      resident.subscribe('beat', () => answered.resolve(ask(resident, 'newcomer', 'welcome')))
      await cluster.settled()

      newcomer.subscribe('newcomer', echo)
      newcomer.publish('beat', bytes('here'))

      assert.equal(await answered.promise, 'welcome')
    })

    test('a bus that opens later knows the subscriptions of the others, and they know its own', async () => {
      await using network = await createNetwork()
      const first = network.createBus({ onError: assert.ifError })
      await first.open()
      first.subscribe('first', echo)
      const second = network.createBus({ onError: assert.ifError })
      second.subscribe('second', echo)
      await second.open()

      assert.deepEqual(await Promise.all([ask(second, 'first', 'a'), ask(first, 'second', 'b')]), ['a', 'b'])
    })

    test('a subscriber that throws is reported and harms nobody', async () => {
      await using cluster = await start(2)
      const [asker, answerer] = cluster.pair
      const fault = new Error('fault')
      answerer.subscribe('news', () => {
        throw fault
      })
      answerer.subscribe('news', echo)
      const notebook = new Notebook()
      answerer.subscribe('news', notebook.hear)
      answerer.subscribe('echo', echo)
      await cluster.settled()

      asker.publish('news', bytes('news'))

      assert.deepEqual(await notebook.until(1), ['news'])
      assert.deepEqual(cluster.errors, [[fault, 'news']])
      assert.equal(await ask(asker, 'echo', 'well'), 'well')
    })

    test('more requests than may wait are refused with BUSY, until one is answered', async () => {
      await using cluster = await start(2, { maxPendingRequests: 2 })
      const [asker, answerer] = cluster.pair
      const asked = Promise.withResolvers<BusMessage>()
      answerer.subscribe('slow', (message) => asked.resolve(message))
      answerer.subscribe('echo', echo)
      await cluster.settled()

      const slow = ask(asker, 'slow')
      const quick = ask(asker, 'echo', 'quick')
      await assert.rejects(ask(asker, 'echo'), { name: 'ServerError', code: 'BUSY' })
      assert.equal(await quick, 'quick')
      assert.equal(await ask(asker, 'echo', 'again'), 'again')

      const message = await asked.promise
      message.reply(bytes('slow'))
      assert.equal(await slow, 'slow')
    })

    test('a bus that closes sends what is queued first', async () => {
      await using cluster = await start(2)
      const [leaver, listener] = cluster.pair
      const notebook = new Notebook()
      listener.subscribe('news', notebook.hear)
      await cluster.settled()

      const long = 'x'.repeat(512 * 1024)
      for (let i = 0; i < 4; i++) leaver.publish('news', bytes(`${i} ${long}`))
      leaver.publish('news', bytes('last words'))
      await leaver.close()

      const heard = await notebook.until(5)
      assert.deepEqual(
        heard.map((line) => line.slice(0, 2)),
        ['0 ', '1 ', '2 ', '3 ', 'la'],
      )
    })

    test('a bus that closes fails what it has asked with NO_SERVER', async () => {
      await using cluster = await start(2)
      const [leaver, silent] = cluster.pair
      silent.subscribe('silent', ignore)
      leaver.subscribe('self', ignore)
      await cluster.settled()

      const requests = [ask(leaver, 'silent'), ask(leaver, 'self')]
      const failed = Promise.all(requests.map((request) => assert.rejects(request, { code: 'NO_SERVER' })))
      await leaver.close()

      await failed
    })

    test('a closed bus hears nothing, and what it is told to say is lost', async () => {
      await using cluster = await start(3)
      const [leaver, listener, speaker] = cluster.buses as [Bus, Bus, Bus]
      const notebook = new Notebook()
      leaver.subscribe('news', () => notebook.write('a closed bus heard'))
      listener.subscribe('news', notebook.hear)
      await cluster.settled()

      leaver.publish('news', bytes('before'))
      await Promise.all([leaver.close(), leaver.close()])
      leaver.publish('news', bytes('after'))
      await assert.rejects(ask(leaver, 'news'), { code: 'NO_SERVER' })
      speaker.publish('news', bytes('by another'))

      await notebook.until(2)
      assert.deepEqual([...notebook.lines].sort(), ['before', 'by another'])
    })
  })
}

/** Tests what those promise that have a link to each other bus, and so know at once when it is lost. */
export function linkConformance(
  name: string,
  createNetwork: () => Promise<BusNetwork>,
  endings: Readonly<Record<string, (bus: Bus) => unknown>>,
): void {
  void suite(`${name} links`, () => {
    for (const [ending, end] of Object.entries(endings)) {
      test(`requests to a bus that ${ending} fail with NO_SERVER at once, those to others do not`, async () => {
        await using cluster = await startBuses(createNetwork, 3)
        const [asker, leaver, stayer] = cluster.buses as [Bus, Bus, Bus]
        const notebook = new Notebook()
        leaver.subscribe('leaver', notebook.hear)
        stayer.subscribe(
          'stayer',
          (message) => void notebook.until(3).then(() => message.reply(message.data)),
        )
        await cluster.settled()
        const answer = ask(asker, 'stayer', 'still here')
        const forever = asker.request('leaver', bytes('forever'), Infinity)
        const requests = [forever, ask(asker, 'leaver', 'question')]
        await notebook.until(2)

        void end(leaver)

        await Promise.all(requests.map((request) => assert.rejects(request, { code: 'NO_SERVER' })))
        await assert.rejects(ask(asker, 'leaver'), { code: 'NO_SERVER' })
        notebook.write('all failed')
        assert.equal(await answer, 'still here')
      })

      test(`who watches a bus that ${ending} is told, once, unless it has stopped watching`, async () => {
        await using cluster = await startBuses(createNetwork, 3)
        const [watcher, leaver, stayer] = cluster.buses as [Bus, Bus, Bus]
        leaver.subscribe('leaver', ignore)
        stayer.subscribe('stayer', ignore)
        watcher.subscribe('watcher', ignore)
        await cluster.settled()
        const told = new Notebook()
        watcher.watch('leaver', () => told.write('twice'))?.end()
        for (const subject of ['leaver', 'stayer', 'watcher'])
          assert.ok(watcher.watch(subject, () => told.write(`${subject} is lost`)))

        void end(leaver)

        assert.deepEqual(await told.until(1), ['leaver is lost'])
        assert.equal(watcher.watch('leaver', ignore), undefined)
        await assert.rejects(ask(watcher, 'leaver'), { code: 'NO_SERVER' })
        assert.deepEqual(told.lines, ['leaver is lost'])
      })
    }

    test('a link that is cut is lost at once, and for the other side before anything is said over the next', async () => {
      await using cluster = await startBuses(createNetwork, 2)
      const [cutter, other] = cluster.pair
      const [here, there] = [new Notebook(), new Notebook()]
      cutter.subscribe('cutter', here.hear)
      other.subscribe('other', there.hear)
      await cluster.settled()
      const waiting = assert.rejects(ask(cutter, 'other', 'asked before'), { code: 'NO_SERVER' })
      await there.until(1)
      const link = cutter.watch('other', () => here.write('lost'))
      other.watch('cutter', () => there.write('lost'))
      other.publish('cutter', bytes('too late'))

      link?.cut()
      assert.deepEqual(here.lines, ['lost'])
      await waiting
      link?.cut()

      // each is found again
      while (cutter.watch('other', ignore) === undefined) await turn()
      cutter.publish('other', bytes('after'))
      await there.until(3)
      while (other.watch('cutter', ignore) === undefined) await turn()
      other.publish('cutter', bytes('after'))
      await here.until(2)
      assert.deepEqual(here.lines, ['lost', 'after'])
      assert.deepEqual(there.lines, ['asked before', 'lost', 'after'])
      assert.deepEqual(cluster.errors, [])
    })

    test('requests go to the subscribers in turn', async () => {
      await using cluster = await startBuses(createNetwork, 4)
      const [asker, ...answerers] = cluster.buses
      answerers.forEach((bus, i) => bus.subscribe('who', (message) => message.reply(bytes(`${i}`))))
      await cluster.settled()

      const answers = new Set<string>()
      for (let i = 0; i < answerers.length; i++) answers.add(await ask(asker!, 'who'))

      assert.deepEqual([...answers].sort(), ['0', '1', '2'])
    })

    test('requests go to subscribers on the same bus first, in turn', async () => {
      await using cluster = await startBuses(createNetwork, 2)
      const [asker, other] = cluster.pair
      other.subscribe('who', (message) => message.reply(bytes('other')))
      await cluster.settled()
      asker.subscribe('who', (message) => message.reply(bytes('self, first')))
      asker.subscribe('who', (message) => message.reply(bytes('self, second')))

      const answers = [await ask(asker, 'who'), await ask(asker, 'who'), await ask(asker, 'who')]

      assert.deepEqual(answers, ['self, first', 'self, second', 'self, first'])
    })

    test('what is retained is heard by all, by who subscribes later, and after a link was lost, until it is taken back', async () => {
      await using cluster = await startBuses(createNetwork, 2)
      const [speaker, listener] = cluster.pair
      speaker.subscribe('speaker', ignore)
      const early = new Notebook()
      const unsubscribe = listener.subscribe('news', early.hear)
      await cluster.settled()
      const undo = speaker.retain('news', bytes('first'))
      await early.until(1)
      undo()
      const undoLast = speaker.retain('news', bytes('last'))
      assert.deepEqual(await early.until(2), ['first', 'last'])
      unsubscribe()

      const late = new Notebook()
      listener.subscribe('news', late.hear)
      await late.until(1)
      listener.watch('speaker', ignore)?.cut()
      assert.deepEqual(await late.until(2), ['last', 'last'])
      undoLast()
      await cluster.settled()
      listener.watch('speaker', ignore)?.cut()
      while (listener.watch('speaker', ignore) === undefined) await turn()
      await cluster.settled()

      assert.equal(late.lines.length, 2)
    })

    test('a message longer than the bus carries is refused to who sends it', async () => {
      await using cluster = await startBuses(createNetwork, 2)
      const [asker, answerer] = cluster.pair
      const tooLong = new Uint8Array(64 * 1024 * 1024 + 1)
      answerer.subscribe('echo', (message) => {
        assert.throws(() => message.reply(tooLong), { code: 'TOO_LARGE' })
        message.reply(message.data)
      })
      await cluster.settled()

      assert.throws(() => asker.publish('echo', tooLong), { name: 'ServerError', code: 'TOO_LARGE' })
      await assert.rejects(asker.request('echo', tooLong, longMs), { code: 'TOO_LARGE' })
      assert.equal(await ask(asker, 'echo', 'short'), 'short')
      assert.deepEqual(cluster.errors, [])
    })
  })
}

interface TestCluster extends AsyncDisposable {
  readonly buses: readonly Bus[]
  /** The first two buses. */
  readonly pair: readonly [Bus, Bus]
  /** What was reported. */
  readonly errors: (readonly [error: unknown, source: string])[]
  /** Resolves when every bus has heard all that the others have said so far, subscriptions too. */
  settled(): Promise<void>
}

async function startBuses(
  createNetwork: () => Promise<BusNetwork>,
  count: number,
  options: Partial<NetworkBusOptions> = {},
): Promise<TestCluster> {
  const network = await createNetwork()
  const errors: (readonly [unknown, string])[] = []
  const onError = (error: unknown, source: string) => errors.push([error, source])
  const buses = Array.from({ length: count }, () => network.createBus({ onError, ...options }))
  buses.forEach((bus, i) => bus.subscribe(`settle.${i}`, echo))
  await Promise.all(buses.map((bus) => bus.open()))
  return {
    buses,
    // cluster of one: its pair is not used
    pair: buses as unknown as [Bus, Bus],
    errors,
    async settled() {
      for (const bus of buses) for (const [i] of buses.entries()) await ask(bus, `settle.${i}`)
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  }
}
