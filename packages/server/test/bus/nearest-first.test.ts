import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { nearestFirst } from '../../src/bus/nearest-first.ts'

test('the NATS server of this machine is tried first, whatever it is called', () => {
  const others = ['a:4222', '10.0.0.2:4222', 'b']

  for (const own of ['10.0.0.1:4222', '10.0.0.1', '[fd00::1]:4222', 'Here.example:4222', 'HERE.example']) {
    const hosts = ['10.0.0.1', 'fd00::1', 'here.example']
    const tried = nearestFirst([...others, own], hosts)
    assert.equal(tried[0], own)
    assert.deepEqual(tried.toSorted(), [...others, own].toSorted())
  }
  assert.equal(nearestFirst([...others, `${hostname()}:4222`])[0], `${hostname()}:4222`)
})

test('an address whose beginning is that of this machine is not its', () => {
  const firsts = Array.from({ length: 100 }, () => nearestFirst(['10.0.0.10', '10.0.0.2'], ['10.0.0.1'])[0])

  assert.deepEqual(new Set(firsts), new Set(['10.0.0.10', '10.0.0.2']))
})
